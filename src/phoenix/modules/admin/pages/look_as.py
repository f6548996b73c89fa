"""Where staff begin to look through a person's eyes: why, for how long, and whether they may change anything."""

from __future__ import annotations

from urllib.parse import quote

from phoenix.kernel.actor import IMPERSONATE_AND_WRITE
from phoenix.kernel.errors import Conflict, InvalidInput
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import View, form, page
from phoenix.modules.accounts.actions import impersonate
from phoenix.modules.accounts.actions.impersonate import IMPERSONATE, Look
from phoenix.modules.accounts.queries import staff as people
from phoenix.modules.admin.pages.front import STAFF

PATH = "/staff/people/{account_id:str}/look-as"


@page(PATH, may=IMPERSONATE, queries=1, sensitive=True, listeners=STAFF)
async def show_look_as(call: Call) -> View:
    target = await call.db.one(people.TARGET, str(call.path["account_id"]))
    offer = impersonate.minutes_on_offer(call.runtime)
    context = {
        "person": target,
        "minutes": offer,
        "may_write": call.actor.may(IMPERSONATE_AND_WRITE),
        "form": {"minutes": str(offer[min(1, len(offer) - 1)])},
        "link": "",
    }
    return View("admin/look_as.html", context)


@form(PATH, may=IMPERSONATE, queries=9, sensitive=True, retry=show_look_as, listeners=STAFF)
async def send_look_as(call: Call) -> View:
    """The link to the person's pages, shown this once."""
    sent, account = call.form, str(call.path["account_id"])
    minutes = sent.get("minutes", "")
    look = Look(
        account, sent.get("reason", ""), int(minutes) if minutes.isascii() and minutes.isdecimal() and len(minutes) < 4 else 0,
        bool(sent.get("writes")),
    )  # fmt: skip
    try:
        token = await impersonate.begin(call.runtime, call.tx, call.actor, look)
    except Conflict as problem:
        raise InvalidInput(problem.detail) from problem
    target = await call.tx.one(people.TARGET, account)
    link = f"{call.app.people_url}/look-as?token={quote(token)}"
    return View("admin/look_as.html", {"person": target, "minutes": (), "may_write": False, "form": {}, "link": link})


ROUTES = (show_look_as, send_look_as)
