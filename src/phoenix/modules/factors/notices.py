"""Notices to the owner of an account about its second factors and passkeys."""

from __future__ import annotations

from phoenix.kernel.language import _
from phoenix.kernel.module import SecurityNotice

TOTP_ADDED = SecurityNotice("totp_added", _("An authenticator app now protects your account."))
TOTP_REMOVED = SecurityNotice("totp_removed", _("The authenticator app no longer protects your account."))
SECOND_FACTOR_GUESSED = SecurityNotice(
    "second_factor_guessed",
    _("Someone passed the first step of signing in to your account but failed two-step verification five times. Set a new password."),
)
BACKUP_CODE_USED = SecurityNotice("backup_code_used", _("A backup code was used to sign in."))
PASSKEY_ADDED = SecurityNotice("passkey_added", _("A passkey was added to your account."))
PASSKEY_REMOVED = SecurityNotice("passkey_removed", _("A passkey was removed from your account."))
PASSKEY_REFUSED = SecurityNotice(
    "passkey_refused", _("A passkey for your account was rejected: it may have been copied. Remove it and add a new one.")
)

NOTICES = (
    TOTP_ADDED,
    TOTP_REMOVED,
    SECOND_FACTOR_GUESSED,
    BACKUP_CODE_USED,
    PASSKEY_ADDED,
    PASSKEY_REMOVED,
    PASSKEY_REFUSED,
)
