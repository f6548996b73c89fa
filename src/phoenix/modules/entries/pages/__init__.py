"""Pages of entries, collected from their files."""

from __future__ import annotations

from phoenix.modules.entries.pages import entries, history

ROUTES = (*entries.ROUTES, *history.ROUTES)
