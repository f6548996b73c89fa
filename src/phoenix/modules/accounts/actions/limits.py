"""Limits per client address for routes that allow guessing or send email, shared by several modules."""

from __future__ import annotations

from phoenix.kernel.cache.limits import Limit

SIGN_UPS = Limit("sign_up", 30, 3600)
SIGN_INS = Limit("sign_in", 60, 900)
VERIFICATIONS = Limit("proof", 60, 900)
BACKUP_CODES = Limit("backup_codes", 30, 3600)
# Each act that sends an email counts by itself: nobody who tries one too often loses another.
RESETS = Limit("password_reset", 10, 3600)
SIGN_IN_CODES = Limit("sign_in_code", 10, 3600)
ADDRESS_CHANGES = Limit("address_change", 10, 3600)
REAUTHENTICATION_CODES = Limit("reauthentication_code", 10, 3600)
VERIFICATION_EMAILS = Limit("verification_email", 10, 3600)
REFRESHES = Limit("refresh", 600, 900)
# Called by every sign-in page on opening, so that the browser can offer a passkey beside the address.
PASSKEY_OPTIONS = Limit("passkey_offer", 600, 900)
