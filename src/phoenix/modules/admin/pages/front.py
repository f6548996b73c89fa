"""The front of the admin listener."""

from __future__ import annotations

from phoenix.kernel.web.call import Call
from phoenix.kernel.web.page_context import navigation
from phoenix.kernel.web.pages import Redirect, View, page
from phoenix.kernel.web.rules import PUBLIC

STAFF = ("admin",)


@page("/", may=PUBLIC, queries=0, listeners=STAFF)
async def front(call: Call) -> View | Redirect:
    """Redirect to the first page this person can open. Staff who cannot open any see a page that says so, and can sign out."""
    if call.user is None:
        return Redirect("/sign-in")
    links = navigation(call.app, call.user, None, "/", {})
    return Redirect(links[0].href) if links else View("admin/no_place.html", status=403)


ROUTES = (front,)
