"""Notices to the owner of an account about its password."""

from __future__ import annotations

from phoenix.kernel.i18n.text import _
from phoenix.kernel.module import SecurityNotice

PASSWORD_CHANGED = SecurityNotice("password_changed", _("Your password was changed. All other devices were signed out."))
PASSWORD_RESET = SecurityNotice("password_reset", _("Your password was reset by email. All devices were signed out."))

NOTICES = (
    PASSWORD_CHANGED,
    PASSWORD_RESET,
)
