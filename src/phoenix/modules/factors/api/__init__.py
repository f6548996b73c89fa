"""JSON routes of factors, collected from their files."""

from __future__ import annotations

from phoenix.modules.factors.api import passkeys, second_factor

ROUTES = (*second_factor.ROUTES, *passkeys.ROUTES)
