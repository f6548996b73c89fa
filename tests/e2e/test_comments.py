"""Someone reads an entry, and mentions someone in a comment on it; the other's open page says so."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsers import ChromiumBrowser
from tests.e2e.test_forms import NEW, post, sign_in, write
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def page(chromium: ChromiumBrowser, phoenix: Running) -> Page:
    """The page of an entry, as Mara sees it."""
    sign_in(chromium, phoenix)
    chromium.open(f"{phoenix.url}{NEW}")
    page = chromium.page
    write(page, "Commented on")
    post(page)
    page.wait_for_url(re.compile(r"/entries/ent_"))
    page.reload()
    return page


def sign_in_as_tomas(page: Page, phoenix: Running) -> Page:
    other = page.context.browser
    assert other is not None
    theirs = other.new_page()
    demo = phoenix.ready["demo_accounts"][1]
    theirs.goto(f"{phoenix.url}/sign-in")
    theirs.fill("main [name=email]", demo["email"])
    theirs.fill("main [name=password]", demo["password"])
    theirs.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    theirs.wait_for_url("**/dashboard")
    return theirs


def test_n3_a_mention_is_chosen_from_the_members_and_reaches_an_open_page(page: Page, phoenix: Running) -> None:
    theirs = sign_in_as_tomas(page, phoenix)
    unread = theirs.locator("[data-badge=unread] [data-number]")
    before = unread.inner_text()
    field = page.locator("textarea[name=body]")
    # The entry is there to be read first.
    expect(field).not_to_be_focused()
    field.press_sequentially("Which drawer, @")
    expect(page.get_by_role("option", name="Tomás Aguirre")).to_be_visible()
    field.press_sequentially("Tom")
    expect(page.get_by_role("option")).to_have_count(1)
    field.press("Enter")
    expect(field).to_have_value("Which drawer, @Tomás Aguirre ")
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator(".comment").last).to_contain_text("Which drawer, @Tomás Aguirre")
    # Signing in on a device that is new here is one more that is unread.
    expect(unread).not_to_have_text(before)
    theirs.goto(f"{phoenix.url}/notifications")
    expect(theirs.locator(".notice").first).to_contain_text("Mara Lindqvist mentioned you")
    expect(unread).to_have_text(str(theirs.locator(".notice--unread").count()))
