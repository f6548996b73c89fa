"""The page about an error shows what someone typed, and none of the fields that a page hides or lets them choose."""

from __future__ import annotations

import asyncio
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from tests.harness import Harness
from tests.kernel.test_forms_keep_what_was_typed import signed_in

from phoenix.kernel.errors import Unavailable
from phoenix.kernel.i18n.templates import Templates

CHOSEN_TYPES = {"hidden", "radio", "checkbox"}


class Fields(HTMLParser):
    """The names of the fields of the forms that a page sends."""

    def __init__(self) -> None:
        super().__init__()
        self.chosen: set[str] = set()
        self.typed: set[str] = set()
        self._sends = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._sends = given.get("method") == "post"
        name = given.get("name") or ""
        if not self._sends or tag not in {"input", "select", "textarea"} or not re.fullmatch(r"\w+", name):
            return
        if tag == "select" or (tag == "input" and given.get("type") in CHOSEN_TYPES):
            self.chosen.add(name)
        else:
            self.typed.add(name)


def fields(rendered: dict[str, str]) -> Fields:
    found = Fields()
    for html in rendered.values():
        found.feed(html)
    return found


def test_every_field_of_every_page_is_known_as_typed_or_chosen(rendered: dict[str, str], templates: Templates) -> None:
    found = fields(rendered)
    assert {"next", "version", "role", "method", "permission"} <= templates.chosen
    assert {"title", "body", "email", "reason", "name"} <= found.typed
    # Passwords are kept out of pages about errors by their names.
    assert found.typed & templates.chosen == set()
    assert found.chosen - found.typed <= templates.chosen | {name for name in found.chosen if name.startswith("kept_")}


def test_what_a_page_hides_is_not_shown_as_typed_and_is_sent_again(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_given: Any, **_named: Any) -> Any:
        raise Unavailable

    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("ada", password=True)
            await signed_in(harness, browser)
            page = await browser.get("/settings/profile")
            sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
            sent |= {"name": "ada", "time_zone": "UTC", "locale": "en"}
            monkeypatch.setattr(harness.app.sessions, "find", fails)
            answer = await browser.post("/settings/profile", data=sent)
            assert re.findall(r"<textarea[^>]*>\n([^<]*)</textarea>", answer.text) == ["ada"]
            again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text))
            assert {name: again.get(name) for name in sent} == sent

    asyncio.run(run())


def test_a_page_of_whoever_was_signed_in_before_says_so(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            for name in ("ada", "bo"):
                await harness.person(name, password=True)
            await signed_in(harness, browser)
            page = await browser.get("/settings/profile")
            sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
            sent |= {"name": "Ada of the harbour", "time_zone": "UTC", "locale": "en"}
            await signed_in(harness, browser, "bo")
            answer = await browser.post("/settings/profile", data=sent)
            assert answer.status_code == 403
            assert "Someone else has signed in in this browser since this page was opened." in answer.text
            assert "Ada of the harbour" in answer.text
            damaged = await browser.post("/settings/profile", data={**sent, "csrf": "x" * 40})
            assert "This page has expired" in damaged.text

    asyncio.run(run())
