"""The dashboard: the cards other modules declare, in one query."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.language import _
from phoenix.kernel.module import HotRead, Module, NavigationItem, Permission
from phoenix.modules.dashboard import api, pages

EVERYONE = frozenset({"dashboard.read"})

MODULE = Module(
    name="dashboard",
    about="The cards of all modules on one page, in one query.",
    folder=Path(__file__).parent,
    receives=True,
    routes=(*api.ROUTES, *pages.ROUTES),
    permissions=(Permission("dashboard.read", _("View the dashboard")),),
    roles=dict.fromkeys(("owner", "administrator", "member", "viewer"), EVERYONE),
    hot=(HotRead("/api/v2/dashboard", api.hot_key),),
    places=("dashboard",),
    navigation=(NavigationItem(_("Dashboard"), "home", "/o/{organisation}/dashboard", "dashboard.read", order=10),),
)
