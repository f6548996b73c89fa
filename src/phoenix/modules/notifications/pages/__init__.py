"""Pages of notifications, collected from their files."""

from __future__ import annotations

from phoenix.modules.notifications.pages import deliveries, inbox, preferences, unsubscribe

ROUTES = (*inbox.ROUTES, *preferences.ROUTES, *deliveries.ROUTES, *unsubscribe.ROUTES)
