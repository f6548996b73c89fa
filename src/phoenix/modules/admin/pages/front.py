"""The front of the admin listener."""

from __future__ import annotations

from phoenix.kernel.web.page_context import frame
from phoenix.kernel.web.pages import Redirect, View, Visit, page
from phoenix.kernel.web.rules import PUBLIC

STAFF = ("admin",)


@page("/", permission=PUBLIC, queries=0, listeners=STAFF)
async def front(visit: Visit) -> View | Redirect:
    """On to the first place one may go to. Who may go nowhere is told so, and can sign out."""
    if visit.visitor is None:
        return Redirect("/sign-in")
    places = frame(visit.runtime, visit.request, visit.visitor, "", "")["navigation"]
    return Redirect(places[0].href) if places else View("admin/no_place.html", status=403)


ROUTES = (front,)
