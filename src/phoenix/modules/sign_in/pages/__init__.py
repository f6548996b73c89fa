"""Pages of signing in, collected from their files."""

from __future__ import annotations

from phoenix.modules.sign_in.pages import provider, reauthenticate, reset_password, security, sign_in, sign_up

ROUTES = (
    *sign_up.ROUTES,
    *sign_in.ROUTES,
    *reset_password.ROUTES,
    *security.ROUTES,
    *reauthenticate.ROUTES,
    *provider.ROUTES,
)
