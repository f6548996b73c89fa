"""A form that is sent in a browser in which someone else has signed in since."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.browsers import ChromiumBrowser
from tests.e2e.test_forms import NEW, TEXT, post, sign_in, write
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_if_someone_else_has_signed_in_the_refused_form_is_shown_as_a_page_of_theirs(chromium: ChromiumBrowser, phoenix: Running) -> None:
    sign_in(chromium, phoenix)
    chromium.open(f"{phoenix.url}{NEW}")
    page = chromium.page
    write(page, "Written as Mara")
    mine = page.locator("body").get_attribute("data-reader")
    page.context.clear_cookies(name="phoenix_session")
    other = phoenix.ready["demo_accounts"][1]
    tab = page.context.new_page()
    tab.goto(f"{phoenix.url}/sign-in")
    tab.fill("[name=email]", other["email"])
    tab.fill("[name=password]", other["password"])
    tab.get_by_role("button", name="Sign in", exact=True).click()
    tab.wait_for_url(lambda url: "/sign-in" not in url)
    theirs = tab.locator("body").get_attribute("data-reader")
    assert theirs != mine
    post(page)
    expect(page.locator("main")).to_contain_text("Someone else has signed in in this browser since this page was opened.")
    expect(page.locator("main")).to_contain_text(TEXT)
    assert page.locator("body").get_attribute("data-reader") == theirs, "the frame is of whoever is signed in"
