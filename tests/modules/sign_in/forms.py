"""A browser without scripts: it opens pages, and sends their forms with everything that is in them."""

from __future__ import annotations

import html
import re

import httpx
from tests.harness import PASSWORD, Harness

# With a query, as forms that were saved while their sender signed in again have one.
TARGET = "/o/ember/entries/new?kept=abc&x=1"


def form_of(page: httpx.Response, action: str = "") -> tuple[str, dict[str, str]]:
    """Where the form of a page goes, the first or the one with this action, and its fields as they are."""
    frame, _tag, main = page.text.partition("<main")
    for attributes, inside in re.findall(r"<form([^>]*)>(.*?)</form>", main + frame, re.DOTALL):
        target = html.unescape(re.search(r'action="([^"]*)"', attributes)[1])  # type: ignore[index]
        if not action or target.partition("?")[0] == action:
            fields = {}
            for tag in re.findall(r"<input[^>]*>", inside):
                name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
                if name and 'type="checkbox"' not in tag:
                    fields[name[1]] = html.unescape(value[1]) if value else ""
            return target, fields
    raise AssertionError(f"{page.request.url} has no form for {action or 'anything'}: {page.status_code} {page.text[:2000]}")


async def send(browser: httpx.AsyncClient, page: httpx.Response | str, action: str = "", **typed: str) -> httpx.Response:
    """Type into a form of a page, and send it."""
    shown = await browser.get(page) if isinstance(page, str) else page
    target, fields = form_of(shown, action)
    return await browser.post(target, data={**fields, **typed})


async def sign_up(harness: Harness, browser: httpx.AsyncClient, email: str, on_to: str = TARGET) -> httpx.Response:
    """Sign up as someone who was going somewhere, and let the email arrive."""
    page = await browser.get("/sign-up", params={"next": on_to})
    answer = await send(browser, page, "/sign-up", email=email, name="Bo", password=PASSWORD, accept_terms="on")
    await harness.work()
    return await browser.get(led_to(answer))


def led_to(answer: httpx.Response) -> str:
    """Where an answer redirects to."""
    assert answer.status_code == 303, answer.text[:3000]
    return answer.headers["location"]
