"""The form for impersonating a person: the reason, the duration, and whether changes are allowed."""

from __future__ import annotations

from urllib.parse import quote

from phoenix.kernel.actor import IMPERSONATE_AND_WRITE
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, page, shown_once
from phoenix.modules.accounts.actions.accounts import standing
from phoenix.modules.impersonation import actions
from phoenix.modules.impersonation.actions import IMPERSONATE, ImpersonationRequest

STAFF = ("admin",)
PATH = "/staff/people/{account_id:str}/impersonation"


@page(PATH, may=IMPERSONATE, queries=1, sensitive=True, listeners=STAFF)
async def show_impersonate(call: Call) -> View:
    target = await standing(call.db, str(call.path["account_id"]))
    shown = shown_once(call)
    if shown:
        return View("impersonation/staff.html", {"person": target, "minutes": (), "may_write": False, "form": {}, **shown})
    minutes = actions.available_minutes(call.runtime)
    context = {
        "person": target,
        "minutes": minutes,
        "may_write": call.actor.may(IMPERSONATE_AND_WRITE),
        "form": {"minutes": str(minutes[min(1, len(minutes) - 1)])},
        "link": "",
    }
    return View("impersonation/staff.html", context)


@form(PATH, may=IMPERSONATE, queries=9, sensitive=True, retry=show_impersonate, listeners=STAFF)
async def send_impersonate(call: Call) -> Redirect:
    """The link to the person's pages, shown only once."""
    sent, account = call.form, str(call.path["account_id"])
    request = ImpersonationRequest(account, sent.get("reason", ""), call.number("minutes") or 0, bool(sent.get("writes")))
    token = await actions.impersonate(call.runtime, call.tx, call.actor, request)
    link = f"{call.app.people_url}/impersonation?token={quote(token)}"
    return Redirect(PATH.replace("{account_id:str}", account), shows={"link": link})


ROUTES = (show_impersonate, send_impersonate)
