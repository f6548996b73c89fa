"""Whoever reads another language finds no English on any page or in any email of any module, nor in what refuses something."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

import httpx
import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.requests import ROUTES, Requests
from tests.pseudo import LOCALE, OPEN, translated, untranslated
from tests.web.room import Room

from phoenix.composition import REGISTRY
from phoenix.kernel.language import Message

ASKED: Any = {"Accept-Language": f"{LOCALE}-AT,en;q=0.5"}
Found = dict[str, set[str]]


@pytest.fixture(autouse=True)
def _translated() -> Iterator[None]:
    with translated():
        yield


def emptied(sent: dict[str, Any]) -> dict[str, Any]:
    return dict.fromkeys(sent, "")


def garbled(sent: dict[str, Any]) -> dict[str, Any]:
    return dict.fromkeys(sent, "\u202e")


def texts_in(value: object) -> Iterator[str]:
    """The texts in the values of a sample, except messages of ours."""
    if isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts_in(each)
    elif isinstance(value, str) and not isinstance(value, Message):
        yield value


def note(found: Found, answer: httpx.Response, where: str, data: Collection[str] = ()) -> int:
    """Note what a page shows that is not translated. Returns the number of pages: 0 for what is none."""
    if "html" not in answer.headers.get("content-type", ""):
        return 0
    for text in untranslated(answer.text, data):
        found[" ".join(text.split())].add(where)
    return 1


def test_every_page_is_translated(harness: Harness) -> None:
    found: Found = defaultdict(set)

    async def run() -> int:
        shown = 0
        async with harness, Panel(harness) as panel:
            room = Room(harness, panel)
            harness.locale = LOCALE
            await room.furnish()
            for listener, signed_in in (("public", False), ("public", True), ("admin", True)):
                browser = await room.browser(listener, signed_in=signed_in)
                browser.headers.update(ASKED)
                for page in room.pages(listener):
                    answer = await browser.get(room.filled(page))
                    shown += note(found, answer, page, {"2 notifications"})
                    assert "html" not in answer.headers.get("content-type", "") or answer.headers["content-language"] == LOCALE, page
        return shown

    assert asyncio.run(run()) > 60
    assert sorted(f"{text} | {min(pages)}" for text, pages in found.items()) == []


def test_every_refused_form_is_translated(harness: Harness) -> None:
    found: Found = defaultdict(set)

    async def run() -> int:
        shown = 0
        async with harness, Panel(harness) as panel:
            harness.locale = LOCALE
            requests = Requests(harness, panel)
            for method, path, route in ROUTES:
                if method != "POST" or path.startswith("/api/"):
                    continue
                for replace in (emptied, garbled):
                    answer = await requests.send(
                        method,
                        path,
                        route,
                        replace=replace,
                        **ASKED,
                    )
                    shown += note(found, answer, path)
        return shown

    assert asyncio.run(run()) > 60
    assert sorted(f"{text} | {min(pages)}" for text, pages in found.items()) == []


def test_every_email_is_translated(harness: Harness) -> None:
    found: Found = defaultdict(set)

    async def run() -> int:
        shown = 0
        async with harness, Panel(harness) as panel:
            room = Room(harness, panel)
            harness.locale = LOCALE
            await room.furnish()
            browser = await room.browser("admin")
            listed = (await browser.get("/staff/emails")).text
            samples = [sample.values for sample in REGISTRY.emails.values()] + [notice.sample for notice in REGISTRY.notices.values()]
            data = {text for sample in samples for text in texts_in(dict(sample))}
            for address in sorted(set(re.findall(r'href="(/staff/emails/\w+/\w+)"', listed))):
                shown += note(found, await browser.get(address), address, data)
                shown += note(found, await browser.get(f"{address}/seen"), address, data)
        return shown

    assert asyncio.run(run()) > 80
    assert sorted(f"{text} | {min(pages)}" for text, pages in found.items()) == []


def test_every_problem_of_the_api_is_translated(harness: Harness) -> None:
    english: dict[str, set[str]] = defaultdict(set)

    async def run() -> int:
        refused = 0
        async with harness, Panel(harness) as panel:
            harness.locale = LOCALE
            requests = Requests(harness, panel)
            for method, path, route in ROUTES:
                if not path.startswith("/api/"):
                    continue
                answer = await requests.send(method, path, route, replace=dict.fromkeys, **ASKED)
                if answer.headers.get("content-type") == "application/problem+json":
                    refused += 1
                    problem = answer.json()
                    said = [problem["title"], problem["detail"], *(error["detail"] for error in problem["errors"])]
                    for text in said:
                        # What the decoder says of JSON types is for developers, and names them.
                        if not text.startswith((OPEN, "Expected `")):
                            english[text].add(path)
        return refused

    assert asyncio.run(run()) > 10
    assert sorted(f"{text} | {min(pages)}" for text, pages in english.items()) == []
