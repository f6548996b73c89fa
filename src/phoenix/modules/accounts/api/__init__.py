"""JSON routes of accounts, folded from their files."""

from __future__ import annotations

from phoenix.modules.accounts.api import personal, profile

ROUTES = (*profile.ROUTES, *personal.ROUTES)
