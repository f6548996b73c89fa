"""What the owner of an account is told about what staff did."""

from __future__ import annotations

from phoenix.kernel.i18n.text import _
from phoenix.kernel.module import SecurityNotice

ASK = _("Do you wonder why? Write to those who run this Phoenix.")
LOCKED = SecurityNotice("locked", _("Those who run this Phoenix locked your account. Every device was signed out."), ASK)
OPENED = SecurityNotice(
    "opened",
    _("Your account is open again. You can sign in as before."),
    _("Do you wonder why it was locked? Write to those who run this Phoenix."),
)
SECOND_FACTORS_RESET = SecurityNotice(
    "second_factors_reset",
    _("Staff removed the second factors of your account, as somebody asked in your name."),
    _("You did not ask for it? Sign in, set up a new second factor, and write to those who run this Phoenix."),
)
EXPORT_BY_STAFF = SecurityNotice(
    "export_by_staff",
    _("Staff are making a copy of your data, as somebody asked in your name. You can fetch it as well."),
    _("You did not ask for it? Write to those who run this Phoenix."),
    path="/settings/data",
)

NOTICES = (
    LOCKED,
    OPENED,
    SECOND_FACTORS_RESET,
    EXPORT_BY_STAFF,
)
