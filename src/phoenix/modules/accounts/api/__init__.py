"""JSON routes of accounts, folded from their files."""

from __future__ import annotations

from phoenix.modules.accounts.api import identities, passkeys, personal, profile, security, sessions, sign_up

ROUTES = (*sign_up.ROUTES, *sessions.ROUTES, *profile.ROUTES, *security.ROUTES, *passkeys.ROUTES, *identities.ROUTES, *personal.ROUTES)
