"""The dashboard as a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phoenix.kernel.i18n.text import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import View, page
from phoenix.modules.dashboard import queries
from phoenix.modules.dashboard.api import visible_cards


@page("/o/{slug:str}/dashboard", may="dashboard.read", within="slug", queries=2)
async def show_dashboard(call: Call) -> View:
    registry = call.registry
    member = call.member
    cards = visible_cards(registry, member)
    data = await queries.cards_of(call.db, cards, call.actor, member)
    shown = [
        {"name": card.name, "title": _(card.title), "template": card.template, "data": found, "side": card.side, "figures": card.figures}
        for card, found in zip(cards, data, strict=True)
    ]
    names: dict[str, str] = {}
    for prefix, known in registry.names.items():
        ids = {text for text in _texts(data) if text.startswith(f"{prefix}_")}
        if ids:
            names.update(await known.find(call.db, sorted(ids)))
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
