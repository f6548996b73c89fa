"""JSON routes of signing in, collected from their files."""

from __future__ import annotations

from phoenix.modules.sign_in.api import security, sessions, sign_up

ROUTES = (*sign_up.ROUTES, *sessions.ROUTES, *security.ROUTES)
