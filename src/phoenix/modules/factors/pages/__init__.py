"""Pages of factors, collected from their files."""

from __future__ import annotations

from phoenix.modules.factors.pages import passkeys, second_factor

ROUTES = (*second_factor.ROUTES, *passkeys.ROUTES)
