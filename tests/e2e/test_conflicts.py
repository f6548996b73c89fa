"""Two people edit the same entry, in a real browser: both versions are shown, and drafts neither overwrite anything nor come back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browsers import ChromiumBrowser
from tests.e2e.test_forms import NEW, post, sign_in, write
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MINE, THEIRS = "Mine of the harbour", "Theirs of the harbour"


@pytest.fixture
def page(chromium: ChromiumBrowser, phoenix: Running) -> Page:
    """Someone who typed into the form of an entry, of which another version has been saved since."""
    sign_in(chromium, phoenix)
    chromium.open(f"{phoenix.url}{NEW}")
    page = chromium.page
    write(page, "Edited by two")
    post(page)
    page.wait_for_url(re.compile(r"/entries/ent_"))
    entry = page.url
    page.goto(f"{entry}/edit")
    page.fill("[name=body]", MINE)
    other = page.context.new_page()
    other.goto(f"{entry}/edit")
    # It opens with the draft from the first window.
    other.fill("[name=body]", THEIRS)
    save(other)
    other.wait_for_url(entry)
    other.close()
    return page


def save(page: Page) -> None:
    page.locator("main").get_by_role("button", name="Save entry").click()


def test_both_versions_are_shown_and_mine_is_saved_on_top_when_i_overwrite(page: Page) -> None:
    save(page)
    conflict = page.locator(".conflict")
    expect(conflict.locator("mark")).to_have_text(["Theirs", "Mine"])
    expect(page.locator("[name=body]")).to_have_value(MINE)
    conflict.get_by_role("button", name="Overwrite").click()
    page.wait_for_url(re.compile(r"/entries/ent_\w+$"))
    expect(page.locator("main")).to_contain_text(MINE)


def test_taking_the_saved_version_drops_mine_and_its_draft(page: Page) -> None:
    save(page)
    page.locator(".conflict").get_by_role("link", name="Take saved version").click()
    page.wait_for_url(re.compile(r"/entries/ent_\w+$"))
    expect(page.locator("main")).to_contain_text(THEIRS)
    page.goto(f"{page.url}/edit")
    expect(page.locator("[name=body]")).to_have_value(THEIRS)


def test_a_draft_of_an_old_version_does_not_overwrite_what_was_saved_since(page: Page) -> None:
    page.fill("[name=body]", f"{MINE}, a draft")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("[name=body]")).to_have_value(f"{MINE}, a draft")
    save(page)
    expect(page.locator(".conflict mark")).to_have_text(["Theirs", "Mine", ", a draft"])
    expect(page.locator("[name=body]")).to_have_value(f"{MINE}, a draft")
