"""The time zones, for forms that ask for one: as a page to search, and as a list that their fields fetch when they are used."""

from __future__ import annotations

import msgspec

from phoenix.kernel.i18n import times
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Plain, View, page
from phoenix.kernel.web.rules import PUBLIC


@page("/time-zones", may=PUBLIC, queries=0)
async def show_zones(call: Call) -> View:
    words = call.query("q")[:64]
    return View("time_zones.html", {"found": times.zones(call.db.now, words), "words": words})


@page("/time-zones/list", may=PUBLIC, queries=0)
async def list_zones(call: Call) -> Plain:
    """Each with its name, and how it is shown."""
    zones = [(zone.name, f"{zone.city}, UTC{zone.offset}") for zone in times.zones(call.db.now)]
    return Plain(msgspec.json.encode(zones).decode(), "application/json")


TIME_ZONE_ROUTES = (show_zones, list_zones)
