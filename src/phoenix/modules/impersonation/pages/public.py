"""Where staff start and stop impersonating a person, on the public listener."""

from __future__ import annotations

from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, our_cookie, page, shown_once
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN
from phoenix.kernel.web.session_reader import COOKIE
from phoenix.modules.accounts.actions.limits import IMPERSONATIONS
from phoenix.modules.impersonation import actions


@page("/impersonation", may=PUBLIC, queries=1)
async def show_link(call: Call) -> View:
    """The target of the panel's link. Opening it does not use it up."""
    token = call.form.get("token") or call.query("token")
    return View("impersonation/link.html", {"token": token, "requested": await actions.read_link(call.runtime, call.db, token)})


@form("/impersonation", may=PUBLIC, queries=3, limits=(IMPERSONATIONS,))
async def send_link(call: Call) -> Redirect:
    token, opened = await actions.open_link(call.runtime, call.tx, call.form.get("token", ""))
    seconds = max(1, round((opened.until - call.tx.now).total_seconds()))
    call.cookies.append(our_cookie(call.runtime, COOKIE, token, seconds=seconds))
    return Redirect("/")


@form("/impersonation/end", frees=True, may=SIGNED_IN, queries=2, impersonator_may=True, without_session="/sign-in")
async def send_end(call: Call) -> Redirect:
    name = call.actor.name
    await actions.end(call.tx, call.actor)
    call.cookies.append(our_cookie(call.runtime, COOKIE, "", seconds=0))
    call.forget_user()
    return Redirect("/impersonation/ended", shows={"name": name})


@page("/impersonation/ended", may=PUBLIC, queries=0)
async def show_ended(call: Call) -> View | Redirect:
    """Nobody is signed in on this listener any more."""
    shown = shown_once(call)
    return View("impersonation/ended.html", {**shown, "panel": call.runtime.settings.admin.origin}) if shown else Redirect("/")


ROUTES = (show_link, send_link, send_end, show_ended)
