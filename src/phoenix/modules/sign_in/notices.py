"""What the owner of an account is told about its password."""

from __future__ import annotations

from phoenix.kernel.i18n.text import _
from phoenix.kernel.module import SecurityNotice

PASSWORD_CHANGED = SecurityNotice("password_changed", _("Your password was changed. Every other device was signed out."))
PASSWORD_RESET = SecurityNotice("password_reset", _("Your password was set anew by a mail to this address. Every device was signed out."))

NOTICES = (
    PASSWORD_CHANGED,
    PASSWORD_RESET,
)
