"""The page of an organisation's programs: service accounts and their keys."""

from __future__ import annotations

from phoenix.kernel.i18n.text import _
from phoenix.kernel.web.pages import Redirect, View, Visit, form, page
from phoenix.modules.accounts.actions.api_keys import scopes_on_offer
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.actions import service_accounts

MANAGE = "organisations.manage"


@page("/o/{slug:str}/programs", permission=MANAGE, queries=1)
async def show_programs(visit: Visit) -> View:
    seat = visit.actor.require(MANAGE, visit.seat.organisation)
    found = await visit.db.all(queries.SERVICE_ACCOUNTS, seat.organisation)
    return View("organisations/programs.html", {"programs": found, "scopes": scopes_on_offer(visit.runtime), "key": ""})


@form("/o/{slug:str}/programs", permission=MANAGE, queries=10, sensitive=True, retry=show_programs)
async def send_program(visit: Visit) -> View:
    sent = visit.form
    scopes = [name.removeprefix("scope:") for name in sent if name.startswith("scope:")]
    _account, made = await service_accounts.add_service_account(
        visit.runtime,
        visit.tx,
        visit.actor,
        visit.seat.organisation,
        name=sent.get("name", ""),
        role=sent.get("role", ""),
        scopes=scopes,
        days=service_accounts.parse_days(sent.get("days", "90")),
    )
    found = await visit.tx.all(queries.SERVICE_ACCOUNTS, visit.seat.organisation)
    return View("organisations/programs.html", {"programs": found, "scopes": scopes_on_offer(visit.runtime), "key": made.key})


@form("/o/{slug:str}/programs/{account_id:str}/remove", permission=MANAGE, queries=5, sensitive=True)
async def send_remove_program(visit: Visit) -> Redirect:
    await service_accounts.remove_service_account(visit.tx, visit.actor, visit.seat.organisation, str(visit.path["account_id"]))
    return Redirect(f"/o/{visit.seat.slug}/programs", _("The program can do nothing here any more."))


ROUTES = (show_programs, send_program, send_remove_program)
