"""The main user journey in real browsers: from sign-up to a live feed, seen by someone in another time zone."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.sync_api import Playwright

from tests.e2e.browsers import Browser, ChromiumBrowser, wait
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "nine lanterns by the harbour"


def wait_until_live(browser: ChromiumBrowser) -> None:
    """Wait until the badge shows that the page's socket is open."""
    browser.page.locator("[data-live-state]:visible .dot--good").first.wait_for()


def sign_up(browser: Browser, phoenix: Running, name: str, email: str, zone: str, *, by_link: bool = False) -> None:
    browser.open(f"{phoenix.url}/sign-up")
    browser.fill("name", name)
    browser.fill("email", email)
    browser.fill("password", PASSWORD)
    browser.tick("accept_terms")
    browser.press("Create account")
    wait(browser, "Check your email")
    mail = phoenix.mail(email, about="Confirm")
    if by_link:
        browser.open(re.search(r"http://\S+/verify/link\S+", mail["text"])[0])  # type: ignore[index]
        browser.press("Confirm address")
    else:
        browser.fill("code", re.search(r"^\d{8}$", mail["text"], re.MULTILINE)[0])  # type: ignore[index]
        browser.press("Confirm address")
    wait(browser, "organisation")
    browser.open(f"{phoenix.url}/settings/profile")
    browser.fill("time_zone", zone)
    browser.press("Save profile")
    wait(browser, "Profile saved.")


def test_from_sign_up_to_a_live_feed(browser: Browser, chromium: ChromiumBrowser, phoenix: Running) -> None:
    mark = uuid.uuid4().hex[:8]
    first, second = f"ada-{mark}@example.com", f"bo+{mark}@example.org"
    sign_up(browser, phoenix, "Ada Lovelace", first, "Australia/Lord_Howe")
    browser.open(f"{phoenix.url}/organisations/new")
    browser.fill("name", f"Ember {mark}")
    browser.press("Create organisation")
    wait(browser, f"Ember {mark}")
    place = browser.address().rpartition("/")[0]
    browser.open(f"{place}/members")
    browser.fill("email", second)
    browser.press("Send invitation")
    wait(browser, "Invitation sent.")
    invitation = re.search(r"http://\S+/invitations/accept\S+", phoenix.mail(second, about="invited you")["text"])[0]  # type: ignore[index]

    sign_up(chromium, phoenix, "Bo Diddley", second, "America/New_York", by_link=True)
    chromium.open(invitation)
    chromium.press(f"Join Ember {mark}")
    wait(chromium, "now a member of")
    wait(chromium, "Feed")
    wait_until_live(chromium)

    browser.open(f"{place}/entries/new")
    browser.fill("title", f"Valve {mark} replaced")
    browser.fill("body", "It leaked since Friday.")
    browser.press("Post entry")
    wait(browser, "Entry posted.")

    before = chromium.address()
    wait(chromium, f"Valve {mark} replaced", 10)
    assert chromium.address() == before, "the page was reloaded"
    shown = chromium.page.locator("[data-event] time").first
    assert "New York" in (shown.get_attribute("title") or "")
    browser.open(f"{place}/feed")
    assert "Lord Howe" in browser.attribute("[data-event] time", "title")
    for either in (browser, chromium):
        either.open(f"{place}/dashboard")
        wait(either, f"Valve {mark} replaced")
    assert chromium.complaints == []


def test_the_journey_without_scripts(playwright: Playwright, phoenix: Running) -> None:
    mark = uuid.uuid4().hex[:8]
    browser = ChromiumBrowser(playwright, scripts=False, width=360)
    try:
        sign_up(browser, phoenix, "Cleo Plain", f"cleo-{mark}@example.com", "Asia/Kolkata")
        browser.open(f"{phoenix.url}/organisations/new")
        browser.fill("name", f"Plain {mark}")
        browser.press("Create organisation")
        wait(browser, f"Plain {mark}")
        place = browser.address().rpartition("/")[0]
        browser.open(f"{place}/entries/new")
        browser.press("Post entry")
        wait(browser, "Enter a title.")
        browser.fill("title", f"Without scripts {mark}")
        browser.press("Post entry")
        wait(browser, "Entry posted.")
        browser.open(f"{place}/feed")
        wait(browser, f"Without scripts {mark}")
    finally:
        browser.close()


def test_a_refused_form_keeps_what_was_typed_and_names_the_field(browser: Browser, phoenix: Running) -> None:
    browser.open(f"{phoenix.url}/sign-up")
    browser.fill("name", "Ada")
    browser.fill("email", "ada.example.com")
    browser.fill("password", "short")
    browser.press("Create account")
    wait(browser, "Tick this box to continue.")
    browser.tick("accept_terms")
    browser.press("Create account")
    wait(browser, "Enter an address such as name@example.com.")
    assert browser.attribute("main [name='email']", "value") == "ada.example.com"
    assert browser.attribute("main [name='email']", "aria-invalid") == "true"
    assert browser.attribute("main [name='password']", "value") == ""


def test_ending_a_session_signs_out_the_other_device_within_seconds(
    playwright: Playwright, chromium: ChromiumBrowser, phoenix: Running
) -> None:
    demo = phoenix.ready["demo_accounts"][0]
    other = ChromiumBrowser(playwright)
    try:
        for either in (chromium, other):
            either.open(f"{phoenix.url}/sign-in")
            either.fill("email", demo["email"])
            either.fill("password", demo["password"])
            either.press("Sign in")
            wait(either, "Mara")
        other.open(f"{phoenix.url}/o/halden-instruments/feed")
        wait_until_live(other)
        chromium.open(f"{phoenix.url}/settings/sessions")
        chromium.press("Sign out all other devices")
        wait(chromium, "All other devices signed out.")
        wait(other, "You've been signed out", 6)
        assert "/sign-in?next=" in other.attribute("[data-live-next]", "href")
    finally:
        other.close()
