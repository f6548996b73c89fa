"""Pages of notifications, collected from their files."""

from __future__ import annotations

from phoenix.modules.notifications.pages import inbox, preferences, unsubscribe

ROUTES = (*inbox.ROUTES, *preferences.ROUTES, *unsubscribe.ROUTES)
