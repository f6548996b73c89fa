"""Notices to owners and members of an organisation."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from phoenix.kernel.data.database import Reader
from phoenix.kernel.i18n.text import _
from phoenix.kernel.module import SecurityNotice
from phoenix.modules.organisations import queries


async def facts(db: Reader, organisation: str, zone: ZoneInfo) -> Mapping[str, str]:
    """The name of the organisation; in general terms if it no longer exists."""
    del zone
    return {"name": await db.maybe(queries.NAME, organisation) or _("your organisation")}


INVITATIONS_WITHDRAWN = SecurityNotice(
    "invitations_withdrawn",
    _("Pending invitations to {name} were revoked, because the person who sent them can no longer invite people."),
    _("Invite these people again if they should still join."),
    path="/organisations",
    facts=facts,
    sample={"name": "Halden Instruments"},
)

ROLE_ENDED = SecurityNotice(
    "role_ended",
    _("An administrator of this platform removed you from {name}. You no longer have access to it."),
    _("Questions? Ask one of its owners, who can invite you again."),
    path="/organisations",
    facts=facts,
    sample={"name": "Halden Instruments"},
)

NOTICES = (INVITATIONS_WITHDRAWN, ROLE_ENDED)
