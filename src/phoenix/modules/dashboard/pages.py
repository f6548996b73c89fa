"""The dashboard as a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phoenix.kernel.i18n.text import _
from phoenix.kernel.web.pages import View, Visit, page
from phoenix.modules.dashboard import queries
from phoenix.modules.dashboard.api import visible_cards


@page("/o/{slug:str}/dashboard", permission="dashboard.read", queries=2)
async def show_dashboard(visit: Visit) -> View:
    registry = visit.runtime.registry
    seat = visit.actor.require("dashboard.read", visit.seat.organisation)
    cards = visible_cards(registry, seat)
    data = await queries.cards_of(visit.db, cards, visit.actor, seat)
    shown = [
        {"name": card.name, "title": _(card.title), "template": card.template, "data": found, "side": card.side}
        for card, found in zip(cards, data, strict=True)
    ]
    names: dict[str, str] = {}
    for prefix, known in registry.names.items():
        ids = {text for text in _texts(data) if text.startswith(f"{prefix}_")}
        if ids:
            names.update(await known.find(visit.db, sorted(ids)))
    return View("dashboard/page.html", {"cards": shown, "names": names})


def _texts(value: Any) -> Iterator[str]:
    """Every string in a card's data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


ROUTES = (show_dashboard,)
