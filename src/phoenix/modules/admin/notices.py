"""Notices to the owner of an account about what staff did."""

from __future__ import annotations

from phoenix.kernel.language import _
from phoenix.kernel.module import SecurityNotice
from phoenix.modules.keys.actions.api_keys import named_keys

ASK = _("Questions? Contact support.")
# Whoever reads this can't open their settings.
START, OPEN = "/sign-in", _("Open the sign-in page")
LOCKED = SecurityNotice("locked", _("An administrator locked your account. All devices were signed out."), ASK, path=START, button=OPEN)
LOCKED_AND_KEYS = SecurityNotice(
    "locked_and_keys",
    _("An administrator locked your account. All devices were signed out, and your API keys were revoked: {keys}."),
    ASK,
    path=START,
    button=OPEN,
    facts=named_keys,
    sample={"keys": "“Nightly import”, “Till”"},
)
OPENED = SecurityNotice(
    "opened",
    _("Your account has been unlocked. You can sign in as before."),
    _("Questions? Contact support."),
)
SECOND_FACTORS_RESET = SecurityNotice(
    "second_factors_reset",
    _("An administrator reset two-step verification for your account, following a request in your name."),
    _("Didn't request this? Sign in, set up two-step verification again and contact support."),
)
EXPORT_BY_STAFF = SecurityNotice(
    "export_by_staff",
    _("An administrator is preparing a copy of your data, following a request in your name. You can download it too."),
    _("Didn't request this? Contact support."),
    path="/settings/data",
)
CHECKS_FAILED = SecurityNotice(
    "checks_failed",
    _("Checks of this Phoenix failed last night. Run “phoenix checks” on its server to see which, and what to do."),
    _("You get this email because you are an administrator."),
    path="/",
    button=_("Open Phoenix"),
    title=_("Checks of this Phoenix"),
)

NOTICES = (
    CHECKS_FAILED,
    LOCKED,
    LOCKED_AND_KEYS,
    OPENED,
    SECOND_FACTORS_RESET,
    EXPORT_BY_STAFF,
)
