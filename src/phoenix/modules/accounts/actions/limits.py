"""How often one address can call what lets people guess or makes us send email: shared by the modules that do so."""

from __future__ import annotations

from phoenix.kernel.cache.limits import Limit

SIGN_UPS = Limit("sign_up", 30, 3600)
SIGN_INS = Limit("sign_in", 60, 900)
VERIFICATIONS = Limit("proof", 60, 900)
RESETS = Limit("password_reset", 10, 3600)
REFRESHES = Limit("refresh", 600, 900)
# Asked for by every sign-in page that is opened, so that the browser can offer a passkey beside the address.
PASSKEY_OPTIONS = Limit("passkey_offer", 600, 900)
