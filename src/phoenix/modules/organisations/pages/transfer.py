"""The page on which an owner offers ownership, and the member it is offered to accepts or declines."""

from __future__ import annotations

from phoenix.kernel.data.words import typed
from phoenix.kernel.errors import NotFound
from phoenix.kernel.i18n.isolation import isolated
from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.modules.organisations.actions import transfer
from phoenix.modules.organisations.queries.transfer import CANDIDATES, MOST_CANDIDATES

TRANSFER = "organisations.transfer"
READ = "organisations.read"
PATH = "/o/{slug:str}/ownership"


@page(PATH, may=READ, within="slug", queries=2)
async def show_ownership(call: Call) -> View:
    """For owners, and for the person it is offered to: nobody else learns of an offer."""
    member = call.member
    offer = await transfer.offer_of(call.db, member.organisation)
    may_offer = TRANSFER in member.permissions
    mine = offer is not None and offer.account == member.account
    if not may_offer and not mine:
        raise NotFound(transfer.GONE)
    searched = typed(call.query("q"))
    people = await call.db.all(CANDIDATES, member.organisation, searched.lower()) if may_offer and offer is None else []
    return View(
        "organisations/ownership.html",
        {
            "offer": offer,
            "mine": mine,
            "people": people,
            "searched": searched,
            "may_search": bool(searched) or len(people) == MOST_CANDIDATES,
            "form": {"account": ""},
        },
    )


@form(PATH, may=TRANSFER, within="slug", queries=9, act="authority", sensitive=True, retry=show_ownership)
async def send_offer(call: Call) -> Redirect:
    offer = await transfer.offer_ownership(call.runtime, call.tx, call.member, call.form.get("account", ""))
    return Redirect(f"/o/{call.member.slug}/ownership", _("We've emailed {name}.").format(name=isolated(offer.person)))


@form(f"{PATH}/withdraw", may=TRANSFER, within="slug", queries=6, act="authority", sensitive=True, while_closing=True, retry=show_ownership)
async def send_withdraw(call: Call) -> Redirect:
    await transfer.withdraw_offer(call.tx, call.member)
    return Redirect(f"/o/{call.member.slug}/ownership", _("Offer withdrawn."))


@form(f"{PATH}/accept", may=READ, within="slug", queries=13, act="authority", sensitive=True, retry=show_ownership)
async def send_accept(call: Call) -> Redirect:
    await transfer.accept_offer(call.runtime, call.tx, call.member)
    return Redirect(f"/o/{call.member.slug}/members", _("You're now an owner of {name}.").format(name=isolated(call.member.name)))


@form(
    f"{PATH}/decline",
    frees=True,
    may=READ,
    within="slug",
    queries=6,
    act="authority",
    sensitive=True,
    while_closing=True,
    retry=show_ownership,
)
async def send_decline(call: Call) -> Redirect:
    await transfer.decline_offer(call.tx, call.member)
    return Redirect(f"/o/{call.member.slug}/feed", _("Offer declined."))


ROUTES = (show_ownership, send_offer, send_withdraw, send_accept, send_decline)
