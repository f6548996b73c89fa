"""JSON routes of accounts, collected from their files."""

from __future__ import annotations

from phoenix.modules.accounts.api import personal, profile

ROUTES = (*profile.ROUTES, *personal.ROUTES)
