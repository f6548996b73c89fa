"""A page is live wherever the focus rests: nobody has to use a mouse to see what changed, and no focus passes to another row."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from tests.web.live import LIVE_PAGES, Server, changed, connect
from tests.web.sockets import Socket

pytestmark = pytest.mark.browser

FOCUSED = "document.activeElement.tagName + ' ' + document.activeElement.textContent.trim()"


@pytest.mark.parametrize(("name", "change"), LIVE_PAGES.items())
def test_a_live_page_is_live_wherever_the_focus_rests(page: Page, site: str, socket: Socket, name: str, change: tuple[str, str]) -> None:
    """On each link and button in turn, as with a keyboard: what changed is shown, and the focus stays where it is."""
    server = Server(page, f"{site}/{name.strip()}")
    connect(page, socket)
    reached = page.locator("[data-live-part] :is(a[href], button, summary):visible")
    assert reached.count() > 0
    old, new = change[0], re.sub("<.*", "", change[1])
    for number in range(min(reached.count(), 5)):
        reached.nth(number).focus()
        before, now = page.evaluate(FOCUSED), f"{new} {number}"
        server.changes = [(old, change[1].replace(new, now))]
        changed(socket)
        expect(page.locator("main")).to_contain_text(now)
        assert page.evaluate(FOCUSED) in (before, before.replace(old, now), before.replace(f"{new} {number - 1}", now)), number
        assert server.asked == number + 1


def test_a_focus_whose_row_is_gone_is_not_passed_to_another_row(page: Page, site: str, socket: Socket) -> None:
    server = Server(page, f"{site}/members")
    connect(page, socket)
    row = re.search(r'<tr role="row"(?:(?!</tr>).)*Tomás Aguirre.*?</tr>', server.html, re.DOTALL)
    assert row
    inside = page.locator("#members tr", has_text="Tomás Aguirre").locator("a, button, summary")
    inside.first.focus()
    server.changes.append((row[0], ""))
    changed(socket)
    expect(page.locator("#members")).not_to_contain_text("Tomás Aguirre")
    assert page.evaluate("document.activeElement.id") == "members"


def test_what_comes_is_begun_like_a_page(page: Page, site: str, socket: Socket) -> None:
    server = Server(page, f"{site}/members")
    connect(page, socket)
    server.changes.append(("Tomás Aguirre", '<button data-copy="now" hidden>Copy it</button> Tomás Aguirre'))
    changed(socket)
    expect(page.get_by_role("button", name="Copy it").first).to_be_visible()
