"""The feed: the activity in an organisation. It shows what other modules declare, without knowing any of them."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.language import _
from phoenix.kernel.module import HotRead, ListQuery, LiveMessages, Module, NavigationItem, Permission, SocketRule
from phoenix.modules.feed import api, live, pages, queries

EVERYONE = frozenset({"feed.read"})

MODULE = Module(
    name="feed",
    about="The activity in an organisation, newest first, updated live.",
    folder=Path(__file__).parent,
    receives=True,
    routes=(*api.ROUTES, *pages.ROUTES),
    lists=(
        ListQuery(queries.PAGE, ("org_1", ["entries.posted"], 2**62, 21)),
        ListQuery(queries.PAGE_OF_KINDS, ("org_1", ["organisations.member_joined", "organisations.member_left"], 2**62, 21)),
        ListQuery(queries.SINCE, (["org_1"], [5], [5], ["entries.posted"], 101)),
        ListQuery(queries.NEWER, ("org_1", 99_000, ["entries.posted"], 21)),
    ),
    permissions=(Permission("feed.read", _("View the feed")),),
    roles=dict.fromkeys(("owner", "administrator", "member", "viewer"), EVERYONE),
    hot=(HotRead("/api/v2/feed", api.hot_key),),
    live=(LiveMessages(live.tell),),
    sockets=(SocketRule(replay=live.replay),),
    navigation=(NavigationItem(_("Feed"), "feed", "/o/{organisation}/feed", "feed.read", order=20),),
)
