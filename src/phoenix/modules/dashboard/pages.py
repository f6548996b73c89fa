"""The dashboard as a page."""

from __future__ import annotations

from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import View, page
from phoenix.kernel.web.slots import fill
from phoenix.modules.dashboard import queries
from phoenix.modules.dashboard.api import visible_cards


@page("/o/{slug:str}/dashboard", may="dashboard.read", within="slug", queries=1, slots=("dashboard",))
async def show_dashboard(call: Call) -> View:
    registry = call.registry
    member = call.member
    cards = visible_cards(registry, member)
    data = await queries.cards_of(call.db, cards, call.actor, member)
    shown = [
        {"name": card.name, "title": _(card.title), "template": card.template, "data": found, "side": card.side, "figures": card.figures}
        for card, found in zip(cards, data, strict=True)
    ]
    return View("dashboard/page.html", {"cards": shown, "notices": await fill(call, "dashboard")})


ROUTES = (show_dashboard,)
