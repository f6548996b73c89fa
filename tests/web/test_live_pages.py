"""Live pages: how soon they show what happened, what they never take away, and that they say when they are live no longer."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.web import samples
from tests.web.live import LIVE_PAGES, Server, changed, connect
from tests.web.sockets import Socket, let_pass

from phoenix.kernel.i18n.templates import Templates

pytestmark = pytest.mark.browser

SOURCE = Path(__file__).parents[2] / "src" / "phoenix"
LIVE = re.compile(r"^Live$")


def test_new_events_appear_at_once_for_a_reader_at_the_top(page: Page, site: str, socket: Socket, news: Callable[[int], None]) -> None:
    page.goto(f"{site}/feed")
    connect(page, socket)
    news(1)
    socket.emit("feed", organisation="org_halden", id="evt_10")
    expect(page.locator(".event--new")).to_have_count(1)
    expect(page.locator("[data-event]").first).to_contain_text("New 1")
    assert page.locator("[data-event=evt_9]").count() == 1
    assert page.locator(".feed__day", has_text="Today").count() == 1
    expect(page.locator("[data-pill]")).to_be_hidden()


def test_readers_further_down_are_offered_a_button_for_new_events(
    page: Page, site: str, socket: Socket, news: Callable[[int], None]
) -> None:
    page.goto(f"{site}/feed")
    connect(page, socket)
    page.evaluate("scrollTo(0, 300)")
    news(2)
    socket.emit("feed", organisation="org_halden", id="evt_10")
    socket.emit("feed", organisation="org_halden", id="evt_11")
    pill = page.get_by_role("button", name="2 new")
    expect(pill).to_be_visible()
    assert page.locator(".event--new").count() == 0
    pill.click()
    expect(page.locator(".event--new")).to_have_count(2)
    expect(pill).to_be_hidden()
    assert page.evaluate("scrollY") == 0


def test_events_of_another_organisation_are_ignored(page: Page, site: str, socket: Socket, news: Callable[[int], None]) -> None:
    page.clock.install()
    page.goto(f"{site}/feed")
    connect(page, socket)
    news(1)
    socket.emit("feed", organisation="org_other", id="evt_10")
    let_pass(page, milliseconds=600)
    assert page.locator(".event--new").count() == 0


def test_missed_events_are_fetched_after_the_socket_reconnects(page: Page, site: str, socket: Socket, news: Callable[[int], None]) -> None:
    page.goto(f"{site}/feed")
    connect(page, socket)
    news(1)
    socket.routes[-1].close()
    expect(page.locator("[data-live-state]")).to_have_text("Reconnecting")
    expect(page.locator("[data-live-state]")).to_have_text("Live")
    expect(page.locator(".event--new")).to_have_count(1)


def test_a_socket_that_is_refused_for_now_is_asked_for_again(page: Page, site: str, socket: Socket) -> None:
    """By itself socket.io-client tries again only where it reached nobody."""
    page.clock.install()
    socket.refusals = ["unavailable", "too_many_sockets", "unavailable"]
    page.goto(f"{site}/feed")
    expect(page.locator("[data-live-state]")).to_have_text("Reconnecting")
    for _ in range(20):
        let_pass(page, milliseconds=1000)
        if socket.connected:
            break
    assert socket.refusals == []
    expect(page.locator("[data-live-state]")).to_have_text(LIVE)


def test_a_page_waits_longer_each_time_while_the_server_fails(page: Page, site: str, socket: Socket) -> None:
    page.clock.install()
    server = Server(page, f"{site}/dashboard")
    connect(page, socket)
    expect(page.locator("[data-live-state]")).to_have_text(LIVE)
    server.status = 503
    before = server.asked
    changed(socket)
    for _ in range(60):
        let_pass(page, milliseconds=1000)
    assert 3 <= server.asked - before <= 12
    server.status = 200
    for _ in range(60):
        let_pass(page, milliseconds=1000)
    expect(page.locator("[data-live-state]")).to_have_text(LIVE)


@pytest.mark.parametrize("status", [429, 503])
def test_a_page_waits_as_long_as_the_server_says(page: Page, site: str, socket: Socket, status: int) -> None:
    page.clock.install()
    server = Server(page, f"{site}/dashboard")
    connect(page, socket)
    server.status, server.retry_after = status, "30"
    before = server.asked
    changed(socket)
    let_pass(page, milliseconds=1500)
    assert server.asked == before + 1
    server.status = 200
    for _ in range(27):
        # Nor is it asked because something else happened.
        changed(socket)
        let_pass(page, milliseconds=1000)
    assert server.asked == before + 1
    for _ in range(14):
        let_pass(page, milliseconds=1000)
    assert server.asked == before + 2
    expect(page.locator("[data-live-state]")).to_have_text(LIVE)


def test_a_page_says_whose_it_is_when_it_opens_its_socket(page: Page, site: str, socket: Socket) -> None:
    page.goto(f"{site}/dashboard")
    connect(page, socket)
    assert socket.auth == {"reader": page.locator("body").get_attribute("data-reader")}


def test_a_stream_of_events_delays_nobody_by_more_than_a_second(page: Page, site: str, socket: Socket) -> None:
    page.clock.install()
    server = Server(page, f"{site}/dashboard")
    connect(page, socket)
    expect(page.locator("[data-live-state]")).to_have_text(LIVE)
    for _ in range(12):
        changed(socket)
        let_pass(page, milliseconds=500)
    assert 5 <= server.asked <= 8


@pytest.mark.parametrize(("name", "change"), LIVE_PAGES.items())
def test_a_live_page_shows_what_changed(page: Page, site: str, socket: Socket, name: str, change: tuple[str, str]) -> None:
    server = Server(page, f"{site}/{name.strip()}")
    connect(page, socket)
    server.changes.append(change)
    changed(socket)
    expect(page.locator("main")).to_contain_text(re.sub("<.*", "", change[1]))
    assert server.asked == 1


def test_a_copy_of_data_is_offered_as_soon_as_it_is_ready(page: Page, site: str, socket: Socket) -> None:
    page.clock.install()
    server = Server(page, f"{site}/data-asked")
    connect(page, socket)
    server.changes.append(("Being prepared.", "Available now."))
    page.clock.run_for(4000)
    expect(page.locator("#copies")).to_contain_text("Available now.")


def test_the_parts_that_live_pages_are_made_of_can_be_found_again() -> None:
    marked = [
        (path.name, tag)
        for path in SOURCE.rglob("*.html")
        for tag in re.findall(r"<[^>]*data-live-part=[^>]*>", path.read_text(encoding="utf-8"))
    ]
    assert {name for name, _tag in marked} >= {"members.html", "show.html", "list.html", "data.html", "page.html"}
    for name, tag in marked:
        assert re.search(r' id="[\w-]+"', tag), (name, tag)
        assert re.search(r'data-live-part="(organisation|account|presence)"', tag), (name, tag)


def test_nothing_changes_under_the_hands_of_the_reader(page: Page, site: str, socket: Socket) -> None:
    page.clock.install()
    server = Server(page, f"{site}/members")
    connect(page, socket)
    server.changes.append(("Tomás Aguirre", "Tomás A."))
    role = page.locator("#members select").first
    role.focus()
    changed(socket)
    let_pass(page, milliseconds=3000)
    role.select_option("viewer")
    page.get_by_role("heading", name="Members").click()
    let_pass(page, milliseconds=3000)
    assert role.input_value() == "viewer", "what was chosen is still there"
    assert page.locator("#members").get_by_text("Tomás A.").count() == 0
    role.select_option("administrator")
    page.get_by_role("heading", name="Members").click()
    for _turn in ("it is due again", "it is asked for", "it is there"):
        let_pass(page, milliseconds=1500)
    expect(page.locator("#members").get_by_text("Tomás A.").first).to_be_visible()


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_page_is_called_live_only_while_it_is(page: Page, site: str, socket: Socket, status: int) -> None:
    server = Server(page, f"{site}/dashboard")
    connect(page, socket)
    badge = page.locator("[data-live-state]")
    expect(badge).to_have_text(LIVE)
    server.status = status
    changed(socket)
    expect(badge).to_have_text("Reconnecting")
    server.status = 200
    expect(badge).to_have_text(LIVE)
    page.context.set_offline(True)
    expect(badge).to_have_text("Reconnecting")
    page.context.set_offline(False)
    expect(badge).to_have_text(LIVE)


def test_whoever_was_signed_out_is_told_and_can_go_on_where_they_were(page: Page, site: str, socket: Socket) -> None:
    page.goto(f"{site}/feed")
    connect(page, socket)
    socket.emit("session_ended", reason="ended")
    expect(page.get_by_role("alert")).to_contain_text("You've been signed out")
    assert page.get_by_role("link", name="Sign in").get_attribute("href") == f"{site}/sign-in?next=%2Ffeed"
    expect(page.locator("[data-live-state]")).to_have_count(0)
    assert page.locator("[data-event]").count() == 0


def test_a_session_that_ended_while_the_socket_was_away_is_noticed(page: Page, site: str, socket: Socket) -> None:
    server = Server(page, f"{site}/dashboard")
    connect(page, socket)
    server.status = 303
    changed(socket)
    expect(page.get_by_role("alert")).to_contain_text("You've been signed out")


def test_whoever_was_removed_from_the_organisation_is_told(page: Page, site: str, socket: Socket) -> None:
    page.goto(f"{site}/feed")
    connect(page, socket)
    socket.emit("organisation_left", organisation="org_other")
    socket.emit("organisation_left", organisation="org_halden")
    expect(page.get_by_role("alert")).to_contain_text("You're no longer a member of Halden")
    assert page.get_by_role("link", name="Continue").get_attribute("href") == "/"
    assert page.locator("[data-event]").count() == 0


def test_a_deleted_entry_disappears_and_its_page_leads_back(page: Page, site: str, socket: Socket) -> None:
    server = Server(page, f"{site}/entry")
    connect(page, socket)
    server.status = 404
    changed(socket)
    expect(page.get_by_role("alert")).to_contain_text("This is no longer available")
    expect(page.locator("main")).not_to_contain_text("Flow meter")
    assert page.locator("main").get_by_role("link", name="Entries").get_attribute("href")


def test_a_form_that_is_being_filled_in_stays_when_the_page_can_go_on_no_longer(page: Page, site: str, socket: Socket) -> None:
    page.goto(f"{site}/members")
    connect(page, socket)
    page.get_by_label("Email address").fill("leila@example.com")
    socket.emit("session_ended", reason="ended")
    expect(page.get_by_role("alert")).to_contain_text("You've been signed out")
    expect(page.get_by_label("Email address")).to_have_value("leila@example.com")


def test_a_deleted_entry_disappears_from_the_feed(page: Page, site: str, socket: Socket, templates: Templates) -> None:
    gone = samples.happened(10, "entries/feed_deleted.html", samples.NOW, subject="acc_priya")
    gone.gone = True
    html = templates.render("feed/_items.html", **samples.frame(items=[gone], gap=False))
    page.route("**/feed/new?*", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(f"{site}/feed")
    connect(page, socket)
    assert page.locator("[data-subject=acc_priya]").count() > 1
    socket.emit("feed", organisation="org_halden", id="evt_10")
    expect(page.locator("[data-subject=acc_priya]")).to_have_count(1)


def test_day_headings_roll_over_at_midnight_in_the_readers_zone(page: Page, site: str, socket: Socket, news: Callable[[int], None]) -> None:
    """The reader is in Berlin, the browser in Tokyo: it is 23:59:58 where the times are shown."""
    news(0)
    page.clock.install(time="2026-11-23T22:59:57Z")
    page.goto(f"{site}/feed")
    connect(page, socket)
    days = page.locator(".feed__day")
    expect(days.first).to_have_text("Today")
    page.clock.run_for(5000)
    expect(days.first).to_have_text("Yesterday, 23 November")
    expect(page.locator(".feed__day", has_text="Today")).to_have_count(0)
    # What is due in that time runs once, as after a lid was closed.
    page.clock.fast_forward(24 * 3600 * 1000)
    expect(days.first).to_have_text("Monday, 23 November")


def test_today_rolls_over_in_what_is_no_feed(page: Page, site: str, socket: Socket) -> None:
    page.clock.install(time="2026-11-23T22:59:57Z")
    server = Server(page, f"{site}/dashboard")
    connect(page, socket)
    page.clock.run_for(5000)
    expect(page.locator("[data-live-state]")).to_have_text(LIVE)
    assert server.asked == 1
