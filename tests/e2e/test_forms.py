"""Forms in a real browser: nothing typed is lost to a network that is gone, to Escape, a slow server, a second press, or leaving."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Dialog, Page, Playwright, Route, expect

from phoenix.kernel.web.kept_forms import KEPT_FORMS
from tests.e2e.browsers import ChromiumBrowser, wait
from tests.running import Running
from tests.waiting import eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEXT = "Three paragraphs about the harbour"
NEW = "/o/halden-instruments/entries/new"


@pytest.fixture
def page(chromium: ChromiumBrowser, phoenix: Running) -> Page:
    """Someone who is signed in, on the page of a new entry."""
    sign_in(chromium, phoenix)
    chromium.open(f"{phoenix.url}{NEW}")
    return chromium.page


def sign_in(browser: ChromiumBrowser, phoenix: Running) -> None:
    demo = phoenix.ready["demo_accounts"][0]
    browser.open(f"{phoenix.url}/sign-in")
    browser.fill("email", demo["email"])
    browser.fill("password", demo["password"])
    browser.press("Sign in")
    wait(browser, "Mara")


def write(page: Page, title: str) -> None:
    page.fill("[name=title]", title)
    page.fill("[name=body]", TEXT)


def post(page: Page) -> None:
    page.locator("main").get_by_role("button", name="Post entry").click()


def entries_called(page: Page, phoenix: Running, title: str) -> int:
    page.goto(f"{phoenix.url}/o/halden-instruments/entries")
    return page.locator("main").get_by_text(title, exact=True).count()


def test_offline_is_said_and_what_was_typed_is_sent_afterwards(page: Page, phoenix: Running) -> None:
    write(page, "Sent from a train")
    page.context.set_offline(True)
    post(page)
    expect(page.locator("main")).to_contain_text("You're offline. This will be sent when you're back online.")
    page.context.set_offline(False)
    page.wait_for_url(re.compile(r"/entries/ent_"))
    assert entries_called(page, phoenix, "Sent from a train") == 1


def test_a_failed_connection_is_said_beside_the_button_and_the_form_can_be_sent_again(page: Page, phoenix: Running) -> None:
    write(page, "Sent at the second attempt")
    page.route(f"**{NEW}", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    post(page)
    expect(page.locator("main form")).to_contain_text("This couldn't be sent.")
    expect(page.locator("[name=body]")).to_have_value(TEXT)
    page.unroute(f"**{NEW}")
    post(page)
    page.wait_for_url(re.compile(r"/entries/ent_"))
    assert entries_called(page, phoenix, "Sent at the second attempt") == 1


def held(page: Page, after: Callable[[Route], None]) -> threading.Event:
    """Hold the answer to the form back: the server has it, the browser waits."""
    arrived = threading.Event()

    def hold(route: Route) -> None:
        if route.request.method != "POST" or arrived.is_set():
            route.continue_()
            return
        arrived.set()
        after(route)

    page.route(f"**{NEW}", hold)
    return arrived


def test_escape_stops_waiting_and_sending_again_makes_nothing_twice(page: Page, phoenix: Running) -> None:
    write(page, "Stopped and sent again")

    # The server answers, but the answer never arrives.
    def lose(route: Route) -> None:
        route.fetch(max_redirects=0)

    held(page, lose)
    post(page)
    button = page.locator("main form [type=submit]").first
    expect(button).to_have_attribute("aria-busy", "true")
    page.keyboard.press("Escape")
    expect(page.locator("main form")).to_contain_text("Stopped.")
    expect(button).not_to_have_attribute("aria-busy", "true")
    post(page)
    page.wait_for_url(re.compile(r"/entries/ent_"))
    assert entries_called(page, phoenix, "Stopped and sent again") == 1


def test_two_presses_send_once_with_and_without_scripts(page: Page, phoenix: Running, playwright: Playwright) -> None:
    write(page, "Pressed twice")
    page.locator("main form [type=submit]").first.dblclick()
    page.wait_for_url(re.compile(r"/entries/ent_"))
    assert entries_called(page, phoenix, "Pressed twice") == 1
    plain = ChromiumBrowser(playwright, scripts=False)
    try:
        sign_in(plain, phoenix)
        plain.open(f"{phoenix.url}{NEW}")
        write(plain.page, "Pressed twice without scripts")
        plain.page.locator("main form [type=submit]").first.dblclick()
        # The second press ends the navigation of the first, which `wait_for_url` takes for a failure.
        expect(plain.page).to_have_url(re.compile(r"/entries/ent_"))
        plain.page.go_back()
        assert entries_called(plain.page, phoenix, "Pressed twice without scripts") == 1
    finally:
        plain.close()


def test_what_was_refused_stays_and_its_first_field_has_the_focus(page: Page, phoenix: Running) -> None:
    page.fill("[name=body]", TEXT)
    post(page)
    expect(page.locator("[name=title]")).to_be_focused()
    expect(page.locator("main form")).to_contain_text("This field is required.")
    page.fill("[name=title]", "x")
    expect(page.locator("main form")).not_to_contain_text("This field is required.")
    # Loaded again, nothing is sent, and the draft is there.
    page.fill("[name=title]", "")
    page.evaluate("document.querySelector('[name=title]').removeAttribute('required')")
    post(page)
    expect(page.locator("[name=title]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=title]")).to_be_focused()
    expect(page.locator("[name=body]")).to_have_value(TEXT)


def test_a_draft_survives_a_reload_and_is_gone_once_sent(page: Page, phoenix: Running) -> None:
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    write(page, "Kept through a reload")
    page.reload()
    assert asked == ["beforeunload"]
    expect(page.locator("[name=body]")).to_have_value(TEXT)
    expect(page.locator("main form")).to_contain_text("This is your draft from this browser.")
    page.get_by_role("button", name="Discard draft").click()
    expect(page.locator("[name=body]")).to_have_value("")
    write(page, "Kept through a reload")
    post(page)
    page.wait_for_url(re.compile(r"/entries/ent_"))
    assert asked == ["beforeunload"], "what has been sent is not asked about"
    page.goto(f"{phoenix.url}{NEW}")
    expect(page.locator("[name=body]")).to_have_value("")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('phoenix.draft:'))") == []


def accept_dialogs(page: Page) -> Page:
    page.on("dialog", lambda dialog: dialog.accept())
    return page


def test_a_draft_is_the_whole_form_and_is_there_when_the_form_is_opened_again(page: Page, phoenix: Running) -> None:
    accept_dialogs(page)
    write(page, "Of a whole form")
    page.fill("[name=time_zone]", "Asia/Kathmandu")
    page.goto(f"{phoenix.url}/o/halden-instruments/feed")
    page.goto(f"{phoenix.url}{NEW}")
    expect(page.locator("[name=title]")).to_have_value("Of a whole form")
    expect(page.locator("[name=body]")).to_have_value(TEXT)
    expect(page.locator("[name=time_zone]")).to_have_value("Asia/Kathmandu")
    page.get_by_role("button", name="Discard draft").click()
    for name in ("title", "body"):
        expect(page.locator(f"[name={name}]")).to_have_value("")
    page.reload()
    expect(page.locator("[name=title]")).to_have_value("")
    # A title alone is a draft as well.
    page.fill("[name=title]", "Only a title")
    page.goto(f"{phoenix.url}/o/halden-instruments/feed")
    page.goto(f"{phoenix.url}{NEW}")
    expect(page.locator("[name=title]")).to_have_value("Only a title")


def test_two_tabs_have_a_draft_each_and_one_that_was_left_is_taken_over(page: Page, phoenix: Running) -> None:
    accept_dialogs(page)
    write(page, "In the first tab")
    other = accept_dialogs(page.context.new_page())
    other.goto(f"{phoenix.url}{NEW}")
    expect(other.locator("[name=title]")).to_have_value("")
    write(other, "In the second tab")
    page.fill("[name=title]", "Still in the first tab")
    other.reload()
    expect(other.locator("[name=title]")).to_have_value("In the second tab")
    # What one of them sends leaves the other's draft alone.
    post(other)
    other.wait_for_url(re.compile(r"/entries/ent_"))
    page.reload()
    expect(page.locator("[name=title]")).to_have_value("Still in the first tab")
    page.goto(f"{phoenix.url}/o/halden-instruments/feed")
    other.goto(f"{phoenix.url}{NEW}")
    expect(other.locator("[name=title]")).to_have_value("Still in the first tab")


def test_a_duplicated_tab_does_not_overwrite_the_draft_of_the_first(page: Page, phoenix: Running) -> None:
    accept_dialogs(page)
    write(page, "In the first tab")
    name = page.evaluate("sessionStorage.getItem('phoenix.tab')")
    other = accept_dialogs(page.context.new_page())
    other.goto(f"{phoenix.url}/terms")
    other.evaluate("name => sessionStorage.setItem('phoenix.tab', name)", name)
    other.goto(f"{phoenix.url}{NEW}")
    write(other, "In the second tab")
    expect(page.locator("[name=title]")).to_have_value("In the first tab")
    eventually(lambda: page.evaluate("sessionStorage.getItem('phoenix.tab')") != name, 10, what="both tabs have one name")
    page.reload()
    expect(page.locator("[name=title]")).to_have_value("In the first tab")


def test_signing_out_forgets_the_drafts_of_this_browser(page: Page) -> None:
    write(page, "Of nobody else's business")
    drafts = "Object.keys(localStorage).filter((key) => key.startsWith('phoenix.draft:')).length"
    typed = "Object.keys(sessionStorage).filter((key) => key.startsWith('phoenix.typed:')).length"
    assert (page.evaluate(drafts), page.evaluate(typed)) == (1, 1)
    # Each tab holds what was typed there into short fields.
    other = page.context.new_page()
    other.goto(page.url)
    other.fill("[name=title]", "Nor this")
    assert other.evaluate(typed) == 1
    page.bring_to_front()
    page.locator("summary", has_text="Your account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    assert (page.evaluate(drafts), page.evaluate(typed)) == (0, 0)
    other.wait_for_function(f"{typed} === 0")


def test_signed_out_in_another_tab_the_form_waits_behind_the_sign_in(page: Page, phoenix: Running, chromium: ChromiumBrowser) -> None:
    write(page, "Written while signed out")
    page.context.clear_cookies(name="phoenix_session")
    post(page)
    wait(chromium, "Welcome back to Phoenix.")
    demo = phoenix.ready["demo_accounts"][0]
    chromium.fill("email", demo["email"])
    chromium.fill("password", demo["password"])
    chromium.press("Sign in")
    wait(chromium, "What you typed is still here.")
    expect(page.locator("[name=title]")).to_have_value("Written while signed out")
    expect(page.locator("[name=body]")).to_have_value(TEXT)
    post(page)
    page.wait_for_url(re.compile(r"/entries/ent_"))
    # Back leads to the form, not to a page that has expired.
    page.go_back()
    assert "ERR_CACHE_MISS" not in page.content()


def test_an_error_that_gives_nothing_back_takes_no_form_away(page: Page, phoenix: Running) -> None:
    """Strangers in the network have used up what is read there of people who are signed out."""
    write(page, "Kept beside the button")
    page.context.clear_cookies(name=re.compile("phoenix_(session|reader)"))
    for _ in range(KEPT_FORMS.amount):
        httpx.post(f"{phoenix.url}{NEW}", data={"title": "x"})
    post(page)
    expect(page.locator("main [data-sending]")).to_contain_text("You need to be signed in to do this.")
    expect(page.locator("[name=title]")).to_have_value("Kept beside the button")
    expect(page.locator("[name=body]")).to_have_value(TEXT)
    # Once they are signed in, in another tab, it is sent as it stands.
    other = page.context.new_page()
    demo = phoenix.ready["demo_accounts"][0]
    other.goto(f"{phoenix.url}/sign-in")
    other.fill("[name=email]", demo["email"])
    other.fill("[name=password]", demo["password"])
    other.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    other.wait_for_url(lambda url: "sign-in" not in url)
    post(page)
    page.wait_for_url(re.compile(r"/entries/ent_"))


def test_a_page_that_is_one_form_begins_at_its_first_field(chromium: ChromiumBrowser, phoenix: Running) -> None:
    for path, field in (("/sign-in", "email"), ("/sign-up", "name"), ("/forgot-password", "email")):
        chromium.open(f"{phoenix.url}{path}")
        expect(chromium.page.locator(f"main [name={field}]").first).to_be_focused()
