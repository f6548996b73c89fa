"""Where staff begin and end to look through a person's eyes, on the listener of the people."""

from __future__ import annotations

from phoenix.kernel.web.pages import Redirect, View, Visit, form, our_cookie, page
from phoenix.kernel.web.rules import LOGGED_IN, PUBLIC
from phoenix.kernel.web.session_reader import COOKIE
from phoenix.modules.accounts.actions import impersonate
from phoenix.modules.accounts.api.data import PROOFS


@page("/look-as", permission=PUBLIC, queries=1)
async def show_look_as(visit: Visit) -> View:
    """Where the link of the panel leads. Opening it spends nothing."""
    token = visit.form.get("token") or visit.query("token")
    return View("accounts/look_as.html", {"token": token, "looking": await impersonate.read_link(visit.runtime, visit.db, token)})


@form("/look-as", permission=PUBLIC, queries=3, limits=(PROOFS,))
async def send_look_as(visit: Visit) -> Redirect:
    token, looking = await impersonate.open_link(visit.runtime, visit.tx, visit.form.get("token", ""))
    seconds = max(1, round((looking.until - visit.tx.now).total_seconds()))
    visit.cookies.append(our_cookie(visit.runtime, COOKIE, token, seconds=seconds))
    return Redirect("/")


@form("/look-as/end", permission=LOGGED_IN, queries=2, impersonator_may=True)
async def send_end(visit: Visit) -> View:
    name = visit.actor.name
    await impersonate.end(visit.tx, visit.actor)
    visit.cookies.append(our_cookie(visit.runtime, COOKIE, "", seconds=0))
    # Nobody is signed in here any more, and the frame of the page should not say so.
    visit.visitor = None
    return View("accounts/looked.html", {"name": name, "panel": visit.runtime.settings.admin.origin})


ROUTES = (show_look_as, send_look_as, send_end)
