"""Notices to the owner of an account about its password."""

from __future__ import annotations

from phoenix.kernel.language import _
from phoenix.kernel.module import SecurityNotice
from phoenix.modules.keys.actions.api_keys import named_keys

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
    facts=named_keys,
    sample={"keys": "“Nightly import”, “Till”"},
)
KEYS_REVOKED = SecurityNotice(
    "keys_revoked",
    _("Your API keys were revoked: {keys}. An administrator removed your password, which someone else may have known."),
    facts=named_keys,
    sample={"keys": "“Nightly import”, “Till”"},
)

NOTICES = (
    PASSWORD_CHANGED,
    PASSWORD_RESET,
    PASSWORD_RESET_AND_KEYS,
    KEYS_REVOKED,
)
