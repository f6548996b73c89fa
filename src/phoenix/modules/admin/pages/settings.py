"""The settings in effect."""

from __future__ import annotations

from itertools import groupby

from phoenix.kernel.data.disk_space import MEGABYTE
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.pages import View, page
from phoenix.modules.admin.actions.values import values_of
from phoenix.modules.admin.pages.front import STAFF


@page("/staff/settings", may="platform.settings", queries=0, listeners=STAFF)
async def show_settings(call: Call) -> View:
    values = values_of(call.runtime.settings, people_url=call.app.people_url)
    concerns = [(concern, list(group)) for concern, group in groupby(values, key=lambda value: value.concern)]
    disk_space = call.runtime.disk_space
    disks = [(str(folder), round(free / MEGABYTE)) for folder, free in disk_space.measure().items()]
    return View("admin/settings.html", {"concerns": concerns, "disks": disks, "disk_problem": disk_space.problem()})


ROUTES = (show_settings,)
