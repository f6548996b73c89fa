"""The scripts in a real browser, on the sample pages under our Content-Security-Policy."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect
from tests.web import samples
from tests.web.sockets import Socket, after_every_request

from phoenix.kernel.i18n.templates import Templates

pytestmark = pytest.mark.browser


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
        route.fulfill(headers={"HX-Redirect": "/entries"})

    page.route("**/remove", answer)
    page.goto(f"{site}/members")
    page.get_by_role("button", name="Remove Priya Raman").click()
    dialog = page.get_by_role("dialog", name="Remove Priya Raman?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert sent == []
    page.get_by_role("button", name=TOMAS).click()
    page.get_by_role("dialog", name=TOMAS).get_by_role("button", name="Remove member").click()
    page.wait_for_url("**/entries")
    assert [form.partition("&")[0] for form in sent] == ["csrf=token-of-the-form"]


def test_a_double_click_asks_once_and_confirms_nothing(page: Page, site: str) -> None:
    sent: list[str] = []
    page.route("**/remove", lambda route: sent.append(route.request.url))
    page.goto(f"{site}/members")
    remove = page.get_by_role("button", name="Remove Priya Raman")
    dialog = page.get_by_role("dialog", name="Remove Priya Raman?")
    # On the backdrop, and where the button of the dialog comes to lie under the pointer.
    for over in (False, True):
        if over:
            page.evaluate("Object.assign(document.querySelector('#remove [data-confirm]').style, { position: 'fixed', inset: '0' })")
        remove.dblclick()
        expect(dialog).to_be_visible()
        assert sent == []
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()


BROKEN_WORDS = """() => [...document.querySelectorAll("details[open] .menu__list > :not(.menu__head)")].flatMap((row) => {
    const broken = [];
    const texts = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        for (const word of text.data.matchAll(/\\S+/g)) {
            const range = document.createRange();
            range.setStart(text, word.index);
            range.setEnd(text, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map((box) => box.top)).size > 1) broken.push(word[0]);
        }
    }
    return broken;
})"""


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("name", ["entries", "staff-people", "organisations"])
def test_no_word_of_a_menu_is_broken(page: Page, site: str, name: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site}/{name}")
    menus = page.locator("summary:visible")
    assert menus.count() > 0
    for menu in menus.all():
        menu.click()
        assert page.evaluate(BROKEN_WORDS) == []
        page.keyboard.press("Escape")


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
    del socket
    page.clock.install()
    page.goto(f"{site}/dashboard")
    page.clock.run_for(200)
    expect(page.get_by_text("Entry deleted.")).to_be_visible()
    page.clock.run_for(7000)
    expect(page.get_by_text("Entry deleted.")).to_be_hidden()


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


def test_older_events_are_added_to_the_same_day(page: Page, site: str, socket: Socket, templates: Templates) -> None:
    del socket
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
