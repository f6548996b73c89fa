"""Limits per client address, of four kinds. Each act has one of its own, which its page and its route of the API share."""

from __future__ import annotations

from phoenix.kernel.cache.limits import Limit


def guessing(act: str) -> Limit:
    """A limit of an act that can be used to guess a secret."""
    return Limit(act, 60, 900)


def emailing(act: str) -> Limit:
    """A limit of an act that sends an email."""
    return Limit(act, 10, 3600)


def creating(act: str) -> Limit:
    """A limit of an act that creates what costs much."""
    return Limit(act, 30, 3600)


def by_programs(act: str) -> Limit:
    """A limit of an act that pages and clients do by themselves."""
    return Limit(act, 600, 900)


SIGN_UPS = creating("sign_up")
PROVIDER_SIGN_UPS = creating("sign_up_with_provider")
FIRST_ADMINISTRATOR = creating("first_administrator")
SIGN_UP_CONFIRMATIONS = guessing("sign_up_confirmation")

SIGN_INS = guessing("sign_in")
PASSKEY_SIGN_INS = guessing("passkey_sign_in")
SECOND_FACTORS = guessing("second_factor")
SIGN_INS_BY_CODE = guessing("sign_in_by_code")
PROVIDER_SIGN_INS = guessing("sign_in_with_provider")
PROVIDER_CALLBACKS = guessing("provider_callback")
# Called by every sign-in page on opening, so that the browser can offer a passkey beside the address.
PASSKEY_OPTIONS = by_programs("passkey_offer")
REFRESHES = by_programs("refresh")
# Asked while a new password is typed.
PASSWORD_CHECKS = by_programs("password_check")
UNLOCKS = guessing("unlock")
PASSWORD_RESETS = guessing("password_reset_completion")
IMPERSONATIONS = guessing("impersonation")

REAUTHENTICATIONS = guessing("reauthentication")
REAUTHENTICATION_OPTIONS = guessing("reauthentication_offer")
PASSWORD_CHANGES = guessing("password_change")
ADDRESS_CONFIRMATIONS = guessing("address_confirmation")
TOTP_CONFIRMATIONS = guessing("totp_confirmation")
BACKUP_CODES = creating("backup_codes")
PASSKEY_CREATIONS = guessing("passkey_creation")
NEW_PASSKEYS = guessing("new_passkey")
CONNECTION_STARTS = guessing("connection_start")
CONNECTIONS = guessing("connection")

RESETS = emailing("password_reset")
SIGN_IN_CODES = emailing("sign_in_code")
ADDRESS_CHANGES = emailing("address_change")
REAUTHENTICATION_CODES = emailing("reauthentication_code")
VERIFICATION_EMAILS = emailing("verification_email")
