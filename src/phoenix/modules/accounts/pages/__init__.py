"""Pages of accounts, folded from their files."""

from __future__ import annotations

from phoenix.modules.accounts.pages import log_in, look_as, oauth, passkeys, personal, profile, reset_password, security, sign_up

ROUTES = (
    *sign_up.ROUTES,
    *log_in.ROUTES,
    *reset_password.ROUTES,
    *profile.ROUTES,
    *security.ROUTES,
    *passkeys.ROUTES,
    *oauth.ROUTES,
    *look_as.ROUTES,
    *personal.ROUTES,
)
