"""The bell at the top of every page changes while the page is open, and a notification that is opened is read."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, Request, expect
from tests.web.live import LIVE_PAGES, Server, connect
from tests.web.sockets import Socket, after_every_request

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", ["profile", "dashboard", "inbox"])
def test_the_number_is_the_one_that_the_sockets_send(page: Page, site: str, socket: Socket, name: str) -> None:
    page.goto(f"{site}/{name}")
    link = page.locator("a[data-badge=unread]")
    expect(link).to_have_accessible_name("Notifications, 3 unread")
    connect(page, socket)
    for count, shown in ((4, "4"), (99, "99"), (100, "99+")):
        socket.emit("unread", count=count)
        expect(link.locator("[data-number]")).to_have_text(shown)
        expect(link).to_have_accessible_name(f"Notifications, {shown} unread")
    socket.emit("unread", count=0)
    expect(link.locator("[data-number]")).to_be_hidden()
    expect(link).to_have_accessible_name("Notifications")
    socket.emit("unread", count=1)
    expect(link.locator("[data-number]")).to_be_visible()


def test_a_page_on_which_only_a_number_is_live_stays_as_it_is_when_its_reader_is_signed_out(page: Page, site: str, socket: Socket) -> None:
    """What it shows, such as a new key, may be shown only once."""
    assert "profile" not in LIVE_PAGES
    page.goto(f"{site}/profile")
    connect(page, socket)
    socket.emit("session_ended", reason="signed_out")
    after_every_request(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_an_inbox_shows_what_comes(page: Page, site: str, socket: Socket) -> None:
    server = Server(page, f"{site}/inbox")
    connect(page, socket)
    server.changes = [("changed your role in Halden Instruments to viewer", "changed your role in Halden Instruments to owner")]
    socket.emit("notification", number=5, summary="Something")
    expect(page.locator("#inbox")).to_contain_text("Halden Instruments to owner")


def test_a_notification_that_is_opened_is_marked_as_read(page: Page, site: str) -> None:
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.goto(f"{site}/inbox")
    with page.expect_request("**/notifications/read"):
        page.get_by_role("link", name="Tomás Aguirre changed your role").click()
    (request,) = sent
    assert parse_qs(request.post_data or "") == {"csrf": ["token-of-the-form"], "number": ["3"]}


def test_opening_one_that_was_read_sends_nothing(page: Page, site: str) -> None:
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.goto(f"{site}/inbox")
    with page.expect_request("**/o/halden/members"):
        page.get_by_role("link", name="Priya Raman accepted").click()
    assert sent == []
