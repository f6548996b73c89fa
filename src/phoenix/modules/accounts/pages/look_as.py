"""Where staff begin and end to look through a person's eyes, on the listener of the people."""

from __future__ import annotations

from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import Redirect, View, form, our_cookie, page
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN
from phoenix.kernel.web.session_reader import COOKIE
from phoenix.modules.accounts.actions import impersonate
from phoenix.modules.accounts.api.data import PROOFS


@page("/look-as", may=PUBLIC, queries=1)
async def show_look_as(call: Call) -> View:
    """Where the link of the panel leads. Opening it spends nothing."""
    token = call.form.get("token") or call.query("token")
    return View("accounts/look_as.html", {"token": token, "looking": await impersonate.read_link(call.runtime, call.db, token)})


@form("/look-as", may=PUBLIC, queries=3, limits=(PROOFS,))
async def send_look_as(call: Call) -> Redirect:
    token, looking = await impersonate.open_link(call.runtime, call.tx, call.form.get("token", ""))
    seconds = max(1, round((looking.until - call.tx.now).total_seconds()))
    call.cookies.append(our_cookie(call.runtime, COOKIE, token, seconds=seconds))
    return Redirect("/")


@form("/look-as/end", may=SIGNED_IN, queries=2, impersonator_may=True)
async def send_end(call: Call) -> View:
    name = call.actor.name
    await impersonate.end(call.tx, call.actor)
    call.cookies.append(our_cookie(call.runtime, COOKIE, "", seconds=0))
    call.forget_user()
    return View("accounts/looked.html", {"name": name, "panel": call.runtime.settings.admin.origin})


ROUTES = (show_look_as, send_look_as, send_end)
