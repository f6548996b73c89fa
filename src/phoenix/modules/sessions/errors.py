"""Why sessions refuse."""

from __future__ import annotations

from phoenix.kernel.errors import NotSignedIn


class RefreshRefused(NotSignedIn):
    """A refresh token that is unknown, or was used before: then its session is over."""

    code, title = "refresh_refused", "Sign in again"
    keeps_changes = True
