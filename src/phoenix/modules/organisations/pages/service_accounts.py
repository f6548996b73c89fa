"""The page of an organisation's service accounts and their keys."""

from __future__ import annotations

from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, page, shown_once
from phoenix.modules.keys.actions.api_keys import available_scopes
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.actions import service_accounts

MANAGE = "organisations.manage"
RENEWED_DAYS = 90


@page("/o/{slug:str}/service-accounts", may=MANAGE, within="slug", queries=1)
async def show_service_accounts(call: Call) -> View:
    found = await call.db.all(queries.SERVICE_ACCOUNTS, call.member.organisation)
    context = {"service_accounts": found, "scopes": available_scopes(call.runtime), "key": shown_once(call).get("key", "")}
    return View("organisations/service_accounts.html", context)


@form("/o/{slug:str}/service-accounts", may=MANAGE, within="slug", queries=11, act="authority", sensitive=True, retry=show_service_accounts)
async def send_service_account(call: Call) -> Redirect:
    sent = call.form
    scopes = [name.removeprefix("scope:") for name in sent if name.startswith("scope:")]
    _account, made = await service_accounts.add_service_account(
        call.runtime,
        call.tx,
        call.actor,
        call.member,
        name=sent.get("name", ""),
        role=sent.get("role", ""),
        scopes=scopes,
        days=call.number("days", "90"),
    )
    return _show_key(call, made.key)


@form("/o/{slug:str}/service-accounts/{account_id:str}/renew", may=MANAGE, within="slug", queries=9, act="authority", sensitive=True)
async def send_renew_key(call: Call) -> Redirect:
    account = str(call.path["account_id"])
    made = await service_accounts.renew_key(call.runtime, call.tx, call.actor, call.member, account, scopes=None, days=RENEWED_DAYS)
    return _show_key(call, made.key)


@form(
    "/o/{slug:str}/service-accounts/{account_id:str}/remove",
    frees=True,
    while_closing=True,
    may=MANAGE,
    within="slug",
    queries=8,
    act="authority",
    sensitive=True,
)
async def send_remove_service_account(call: Call) -> Redirect:
    await service_accounts.remove_service_account(call.tx, call.member, str(call.path["account_id"]))
    return Redirect(f"/o/{call.member.slug}/service-accounts", _("Service account removed."))


def _show_key(call: Call, key: str) -> Redirect:
    return Redirect(f"/o/{call.member.slug}/service-accounts", shows={"key": key})


ROUTES = (show_service_accounts, send_service_account, send_renew_key, send_remove_service_account)
