"""Limits per client address for routes that allow guessing or send email, one for each act: its page and its route of the API share it."""

from __future__ import annotations

from phoenix.kernel.cache.limits import Limit


def guessing(act: str) -> Limit:
    """A limit of an act that can be used to guess a secret."""
    return Limit(act, 60, 900)


def emailing(act: str) -> Limit:
    """A limit of an act that sends an email."""
    return Limit(act, 10, 3600)


SIGN_UPS = Limit("sign_up", 30, 3600)
PROVIDER_SIGN_UPS = Limit("sign_up_with_provider", 30, 3600)
FIRST_ADMINISTRATOR = Limit("first_administrator", 30, 3600)
SIGN_UP_CONFIRMATIONS = guessing("sign_up_confirmation")

SIGN_INS = guessing("sign_in")
PASSKEY_SIGN_INS = guessing("passkey_sign_in")
SECOND_FACTORS = guessing("second_factor")
SIGN_INS_BY_CODE = guessing("sign_in_by_code")
PROVIDER_SIGN_INS = guessing("sign_in_with_provider")
PROVIDER_CALLBACKS = guessing("provider_callback")
# Called by every sign-in page on opening, so that the browser can offer a passkey beside the address.
PASSKEY_OPTIONS = Limit("passkey_offer", 600, 900)
REFRESHES = Limit("refresh", 600, 900)
UNLOCKS = guessing("unlock")
PASSWORD_RESETS = guessing("password_reset_completion")
IMPERSONATIONS = guessing("impersonation")

REAUTHENTICATIONS = guessing("reauthentication")
REAUTHENTICATION_OPTIONS = guessing("reauthentication_offer")
PASSWORD_CHANGES = guessing("password_change")
ADDRESS_CONFIRMATIONS = guessing("address_confirmation")
TOTP_CONFIRMATIONS = guessing("totp_confirmation")
BACKUP_CODES = Limit("backup_codes", 30, 3600)
PASSKEY_CREATIONS = guessing("passkey_creation")
NEW_PASSKEYS = guessing("new_passkey")
CONNECTION_STARTS = guessing("connection_start")
CONNECTIONS = guessing("connection")

RESETS = emailing("password_reset")
SIGN_IN_CODES = emailing("sign_in_code")
ADDRESS_CHANGES = emailing("address_change")
REAUTHENTICATION_CODES = emailing("reauthentication_code")
VERIFICATION_EMAILS = emailing("verification_email")
