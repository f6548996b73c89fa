"""Errors of sessions."""

from __future__ import annotations

from phoenix.kernel.errors import NotSignedIn


class RefreshRefused(NotSignedIn):
    """A refresh token that is unknown, or was used before; in that case its session has ended."""

    code, title = "refresh_refused", "Sign in again"
    keeps_changes = True
