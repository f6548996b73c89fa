"""The settings in effect."""

from __future__ import annotations

from itertools import groupby

from phoenix.kernel.web.pages import View, Visit, page
from phoenix.modules.admin.actions.values import values_of
from phoenix.modules.admin.pages.front import STAFF


@page("/staff/settings", permission="platform.settings", queries=0, listeners=STAFF)
async def show_settings(visit: Visit) -> View:
    values = values_of(visit.runtime.settings, people_url=visit.request.app.state.people_url)
    concerns = [(concern, list(group)) for concern, group in groupby(values, key=lambda value: value.concern)]
    return View("admin/settings.html", {"concerns": concerns})


ROUTES = (show_settings,)
