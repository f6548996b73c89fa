"""The scripts in a real browser, on the sample pages under our Content-Security-Policy."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, WebSocketRoute, expect
from tests.web import samples

from phoenix.kernel.i18n.templates import Templates

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 1280, "height": 700}, reduced_motion="reduce", timezone_id="Asia/Tokyo") as context:
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        yield page
        assert faults == []


class Socket:
    """A minimal Socket.IO server for one client, with what the live script needs (Engine.IO 4, text packets)."""

    def __init__(self, page: Page) -> None:
        self.routes: list[WebSocketRoute] = []
        page.route_web_socket("**/socket.io/**", self._accept)

    def _accept(self, route: WebSocketRoute) -> None:
        self.routes.append(route)
        route.on_message(lambda message: route.send('40{"sid":"s"}') if message == "40" else None)
        route.send('0{"sid":"e","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":16384}')

    def emit(self, event: str, **payload: object) -> None:
        self.routes[-1].send("42" + json.dumps([event, payload]))


@pytest.fixture
def socket(page: Page) -> Socket:
    return Socket(page)


@pytest.fixture
def news(page: Page, templates: Templates) -> Callable[[int], None]:
    """Make the server answer with that many new events, and one that the page already shows."""
    state = {"count": 0}

    def answer(route: Route) -> None:
        assert "after=evt_9" in route.request.url
        new = [samples.happened(9 + n, "entries/feed_changed.html", samples.NOW, title=f"New {n}") for n in range(state["count"], 0, -1)]
        html = templates.render("feed/_items.html", **samples.frame(items=[*new, samples.FEED[0]], gap=False))
        route.fulfill(body=html, content_type="text/html")

    def happen(count: int) -> None:
        state["count"] = count

    page.route("**/feed/new?*", answer)
    return happen


def test_a_dialog_traps_the_focus_and_returns_it(page: Page, site: str) -> None:
    page.goto(f"{site}/entry")
    opener = page.get_by_role("link", name="Delete")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Delete this entry?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    for _press in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


# Names that are not in plain ASCII are isolated by invisible marks.
TOMAS = re.compile(r"Remove \W*Tomás Aguirre")


def test_a_form_that_needs_confirmation_is_sent_only_once_confirmed(page: Page, site: str) -> None:
    sent: list[str] = []

    def answer(route: Route) -> None:
        sent.append(route.request.post_data or "")
        route.fulfill(body="<title>done</title>", content_type="text/html")

    page.route("**/remove", answer)
    page.goto(f"{site}/members")
    page.get_by_role("button", name="Remove Priya Raman").click()
    dialog = page.get_by_role("dialog", name="Remove Priya Raman?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert sent == []
    page.get_by_role("button", name=TOMAS).click()
    page.get_by_role("dialog", name=TOMAS).get_by_role("button", name="Remove member").click()
    page.wait_for_url("**/members/acc_tomas/remove")
    assert sent == ["csrf=token-of-the-form"]


def test_menus_close_on_escape_and_on_a_click_outside(page: Page, site: str) -> None:
    page.goto(f"{site}/entries")
    summary = page.locator("summary", has_text="Your account")
    menu = page.locator("details.menu", has=summary)
    summary.click()
    expect(page.get_by_role("link", name="Profile")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()
    summary.click()
    page.get_by_role("heading", name="Entries").click()
    expect(menu).not_to_have_attribute("open", "")


def test_the_theme_is_saved_and_applied_before_the_first_paint(page: Page, site: str) -> None:
    page.goto(f"{site}/entries")
    page.locator("summary", has_text="Your account").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    # Without the module scripts, which run after the first paint: the small script in the head must suffice.
    page.route("**/app-*.js", lambda route: route.abort())
    page.goto(f"{site}/sign-in")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_passwords_can_be_shown_and_their_strength_is_rated(page: Page, site: str) -> None:
    said: dict[str, object] = {"acceptable": False, "detail": "It contains your name."}
    page.route("**/api/v2/password_checks", lambda route: route.fulfill(json=said))
    page.goto(f"{site}/sign-up")
    assert page.locator("input[name=time_zone]").input_value() == "Asia/Tokyo"
    field = page.get_by_label("Password", exact=True)
    field.fill("short")
    expect(page.get_by_text("Too short.")).to_be_visible()
    field.fill("ada lovelace of the harbour")
    expect(page.get_by_text("It contains your name.")).to_be_visible()
    said.update(acceptable=True, detail="")
    field.fill("copper lantern drift nine")
    expect(page.get_by_text("Very strong.")).to_be_visible()
    show = page.get_by_role("button", name="Show password")
    show.click()
    expect(field).to_have_attribute("type", "text")
    expect(show).to_have_attribute("aria-pressed", "true")


def test_a_toast_is_announced_and_disappears(page: Page, site: str, socket: Socket) -> None:
    page.clock.install()
    page.goto(f"{site}/dashboard")
    page.clock.run_for(200)
    expect(page.get_by_text("Entry deleted.")).to_be_visible()
    page.clock.run_for(7000)
    expect(page.get_by_text("Entry deleted.")).to_be_hidden()
    assert socket.routes


def after_every_request(page: Page) -> None:
    """Send a request and wait for its answer: every request that the page sent before has been sent by then."""
    assert page.evaluate("fetch(location.href).then((answer) => answer.status)") == 200


def let_pass(page: Page, *, milliseconds: int) -> None:
    """Advance the controlled clock of the page, and run the timers that are due."""
    after_every_request(page)
    page.clock.run_for(milliseconds)
    after_every_request(page)


def test_a_form_is_sent_only_once(page: Page, site: str) -> None:
    sent: list[str] = []

    def answer(route: Route) -> None:
        sent.append(route.request.url)
        # A response without content keeps the browser on the page, so that the other two clicks reach the button.
        route.fulfill(status=204)

    page.route("**/entries/new", answer)
    page.goto(f"{site}/entry-new")
    with page.expect_request("**/entries/new"):
        page.evaluate("const b = document.querySelector('form.card button[type=submit]'); b.click(); b.click(); b.click()")
    after_every_request(page)
    assert len(sent) == 1


def test_new_events_appear_at_once_for_a_reader_at_the_top(page: Page, site: str, socket: Socket, news: Callable[[int], None]) -> None:
    page.goto(f"{site}/feed")
    expect(page.locator("[data-live-state]")).to_have_text("Live")
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
    expect(page.locator("[data-live-state]")).to_have_text("Live")
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
    expect(page.locator("[data-live-state]")).to_have_text("Live")
    news(1)
    socket.emit("feed", organisation="org_other", id="evt_10")
    let_pass(page, milliseconds=600)
    assert page.locator(".event--new").count() == 0


def test_missed_events_are_fetched_after_the_socket_reconnects(page: Page, site: str, socket: Socket, news: Callable[[int], None]) -> None:
    page.goto(f"{site}/feed")
    expect(page.locator("[data-live-state]")).to_have_text("Live")
    news(1)
    socket.routes[-1].close()
    expect(page.locator("[data-live-state]")).to_have_text("Reconnecting")
    expect(page.locator("[data-live-state]")).to_have_text("Live")
    expect(page.locator(".event--new")).to_have_count(1)


def test_the_dashboard_refreshes_its_cards_but_not_while_one_has_the_focus(page: Page, site: str, socket: Socket) -> None:
    page.clock.install()
    page.goto(f"{site}/dashboard")
    fetched: list[str] = []

    def answer(route: Route) -> None:
        fetched.append(route.request.url)
        route.fulfill(body='<html><body><div id="cards" data-cards>fresh</div></body></html>', content_type="text/html")

    page.route("**/o/halden/dashboard", answer)
    page.get_by_role("link", name="All entries").focus()
    socket.emit("feed", organisation="org_halden", id="evt_10")
    let_pass(page, milliseconds=1500)
    assert fetched == []
    page.get_by_role("heading", name="Good afternoon").click()
    expect(page.locator("#cards")).to_have_text("fresh")
    assert len(fetched) == 1


def test_a_time_zone_field_offers_all_of_them_when_it_is_used(page: Page, site: str) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(json=[["Europe/Berlin", "Berlin, UTC+01:00"], ["Asia/Tokyo", "Tokyo, UTC+09:00"]])

    page.route("**/time-zones/list", answer)
    page.goto(f"{site}/profile")
    field = page.get_by_label("Time zone")
    expect(field).to_have_value("Europe/Berlin")
    assert asked == []
    field.click()
    expect(page.locator("datalist option")).to_have_count(2)
    assert page.locator("datalist option").last.get_attribute("label") == "Tokyo, UTC+09:00"
    page.keyboard.type("Asia/Tokyo")
    page.keyboard.press("Tab")
    expect(page.locator("[data-zone-now]")).to_have_text("Tokyo, UTC+09:00")
    field.focus()
    assert len(asked) == 1


def test_an_ended_session_redirects_to_sign_in(page: Page, site: str, socket: Socket) -> None:
    page.goto(f"{site}/feed")
    expect(page.locator("[data-live-state]")).to_have_text("Live")
    socket.emit("session_ended", reason="ended")
    page.wait_for_url("**/sign-in?next=%2Ffeed")


def test_older_events_are_added_to_the_same_day(page: Page, site: str, socket: Socket, templates: Templates) -> None:
    older = [samples.happened(n, "entries/feed_changed.html", samples.ago(days=900, minutes=9 - n), title=f"Older {n}") for n in (-1, -2)]
    context = samples.frame("/o/halden/feed", items=older, kinds=samples.KINDS, kind="", older="", newest=False)
    page.route(
        "**/o/halden/feed?cursor=x",
        lambda route: route.fulfill(body=templates.render("feed/page.html", **context), content_type="text/html"),
    )
    page.goto(f"{site}/feed")
    days = page.locator(".feed__day").count()
    page.get_by_role("link", name="Show older").click()
    expect(page.locator("[data-event=evt_-2]")).to_be_visible()
    expect(page.locator(".feed__day")).to_have_count(days)
    expect(page.locator("[data-event=evt_-1]")).to_be_focused()
    expect(page.get_by_role("link", name="Show older")).to_have_count(0)
    assert socket.routes
