"""Steps for tests of impersonation: create staff, get the link from the admin panel, and open it in a browser."""

from __future__ import annotations

import re

import httpx
from tests.harness import Harness, Person
from tests.modules.admin.panel import Panel

from phoenix.modules.impersonation.actions import IMPERSONATE

READ = "platform.people_read"
WHY = "Request 4121: the feed is empty"


async def link_to(harness: Harness, panel: Panel, target: str, *, by: str = "ada", **sent: str) -> str:
    """Start in the panel; returns the path of the one-time link."""
    path = f"/staff/people/{harness.people[target].id}/impersonation"
    answer = await panel.post(path, by=by, **{"reason": WHY, "minutes": "30", **sent})
    assert (answer.status_code, answer.headers["location"]) == (303, path), answer.text
    answer = await panel.get(path, by=by, cookies=answer.cookies)
    found = re.search(r'href="http://phoenix\.test(/impersonation\?token=[\w-]+)"', answer.text)
    assert found
    return found[1]


async def browse(harness: Harness, path: str) -> tuple[httpx.AsyncClient, str]:
    """Open a link in a new browser and press its button; returns the browser and its session's CSRF token."""
    browser = harness.new_client()
    page = await browser.get(path)
    assert page.status_code == 200, page.text
    sent = await browser.post("/impersonation", data={"csrf": csrf_of(page.text), "token": path.partition("token=")[2]})
    assert sent.status_code == 303, sent.text
    return browser, csrf_of((await browser.get("/settings/profile")).text)


def csrf_of(page: str) -> str:
    return page.partition('name="csrf-token" content="')[2].partition('"')[0]


async def staff(harness: Harness, *more: str) -> Person:
    return await harness.person("ada", permissions=(READ, IMPERSONATE, *more))
