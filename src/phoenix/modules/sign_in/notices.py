"""Notices to the owner of an account about its password."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from phoenix.kernel.data.database import Reader
from phoenix.kernel.i18n.text import _
from phoenix.kernel.module import SecurityNotice
from phoenix.modules.keys.actions.api_keys import names_of_keys


async def _names(db: Reader, keys: str, zone: ZoneInfo) -> Mapping[str, str]:
    """The names of the keys with these ids, which are separated by spaces."""
    del zone
    return {"keys": ", ".join(f"“{name}”" for name in await names_of_keys(db, keys.split()))}


PASSWORD_CHANGED = SecurityNotice("password_changed", _("Your password was changed. All other devices were signed out."))
# Whoever took an account over may have added these, so its owner has to look.
STILL_WORKING = _(
    "Passkeys, connected accounts and keys of service accounts still work. Review them in your settings and remove any you don't "
    "recognise. Contact support if you didn't reset your password."
)
PASSWORD_RESET = SecurityNotice("password_reset", _("Your password was reset by email. All devices were signed out."), foot=STILL_WORKING)
PASSWORD_RESET_AND_KEYS = SecurityNotice(
    "password_reset_and_keys",
    _("Your password was reset by email. All devices were signed out, and your API keys were revoked: {keys}."),
    foot=STILL_WORKING,
    facts=_names,
    sample={"keys": "“Nightly import”, “Till”"},
)
KEYS_REVOKED = SecurityNotice(
    "keys_revoked",
    _("Your API keys were revoked: {keys}. An administrator removed your password, which someone else may have known."),
    facts=_names,
    sample={"keys": "“Nightly import”, “Till”"},
)

NOTICES = (
    PASSWORD_CHANGED,
    PASSWORD_RESET,
    PASSWORD_RESET_AND_KEYS,
    KEYS_REVOKED,
)
