"""Notices to the owner of an account about API keys."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from phoenix.kernel.data.database import Reader
from phoenix.kernel.language import _
from phoenix.kernel.module import SecurityNotice
from phoenix.modules.keys import queries


async def _facts(db: Reader, key: str, zone: ZoneInfo) -> Mapping[str, str]:
    """The name of the key; in general terms if it no longer exists."""
    del zone
    return {"key": next(iter(await db.all(queries.NAMES, [key])), _("an API key"))}


KEYS = "/settings/api-keys"
_SAMPLE = {"key": "Nightly import"}

API_KEY_CREATED = SecurityNotice(
    "api_key_created", _("An API key was created for your account: {key}."), path=KEYS, facts=_facts, sample=_SAMPLE
)
SERVICE_KEY_CREATED = SecurityNotice(
    "service_key_created",
    _("You created a key for the service account {key}."),
    path="/organisations",
    button=_("View your organisations"),
    facts=_facts,
    sample=_SAMPLE,
)
KEY_REVOKED_BY_STAFF = SecurityNotice(
    "key_revoked_by_staff",
    _("An administrator of this platform revoked an API key that you created: {key}. It no longer works."),
    _("Questions? Contact support."),
    path=KEYS,
    facts=_facts,
    sample=_SAMPLE,
)

NOTICES = (API_KEY_CREATED, SERVICE_KEY_CREATED, KEY_REVOKED_BY_STAFF)
