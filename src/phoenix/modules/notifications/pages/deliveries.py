"""What was sent to someone outside Phoenix, or why it was not: for themselves, and without its words for staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix.kernel.web.call import Call
from phoenix.kernel.web.listing import plain_listing
from phoenix.kernel.web.pages import View, page
from phoenix.kernel.web.rules import SIGNED_IN
from phoenix.modules.notifications import deliveries
from phoenix.modules.notifications.items import in_full

PATH = "/settings/notifications/deliveries"
PAGE_SIZE = 50
MOST_FOR_STAFF = 10


@page(PATH, may=SIGNED_IN, queries=7)
async def show_deliveries(call: Call) -> View:
    account = call.actor.account
    found = await deliveries.DELIVERIES.page(call.db, call.runtime.keys, account, cursor=call.query("cursor") or None, limit=PAGE_SIZE)
    rows = await call.db.all(deliveries.NUMBERED, account, sorted({one.number for one in found.items}))
    items = await in_full(call.db, call.registry, [row for row in rows if row.visible])
    summaries = {item.number: item.summary for item in items}
    known = await deliveries.with_reports(call.runtime, call.db, account, found.items)
    context = {"deliveries": deliveries.shown(call.registry, known, summaries), "listing": plain_listing(call, found)}
    return View("notifications/deliveries.html", context)


async def of_person(call: Call) -> Mapping[str, Any]:
    """The newest of a person, for staff: by kind, channel and time, without what it said or about whom."""
    start = deliveries.DELIVERIES.start
    account = str(call.path["account_id"])
    found = await call.db.all(deliveries.DELIVERIES, account, *start, MOST_FOR_STAFF)
    found = await deliveries.with_reports(call.runtime, call.db, account, found)
    return {"deliveries": deliveries.shown(call.registry, found, {})}


ROUTES = (show_deliveries,)
