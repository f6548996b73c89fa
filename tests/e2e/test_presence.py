"""Who is here is shown on an open dashboard, in a part of its own inside another one, and follows everyone who comes and goes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.browsers import ChromiumBrowser
from tests.e2e.test_forms import sign_in
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# It is looked at once a second, and told to pages after that.
PATIENCE = 20_000


def comes(reader: ChromiumBrowser, phoenix: Running, number: int) -> ChromiumBrowser:
    """Another member signs in elsewhere, and stays."""
    theirs, demo = reader.beside(), phoenix.ready["demo_accounts"][number]
    theirs.open(f"{phoenix.url}/sign-in")
    theirs.fill("email", demo["email"])
    theirs.fill("password", demo["password"])
    theirs.press("Sign in")
    theirs.page.wait_for_url("**/dashboard")
    return theirs


def test_n1_who_is_here_stays_on_the_dashboard_however_often_it_changes(chromium: ChromiumBrowser, phoenix: Running) -> None:
    sign_in(chromium, phoenix)
    chromium.open(f"{phoenix.url}/o/halden-instruments/dashboard")
    here = chromium.page.locator("[data-live-part] [data-live-part=presence]")
    people = here.get_by_role("listitem")
    expect(here).to_be_attached()
    expect(people).to_have_count(0)
    first = comes(chromium, phoenix, 1)
    expect(people).to_contain_text(["Tomás Aguirre"], timeout=PATIENCE)
    second = comes(chromium, phoenix, 2)
    expect(people).to_have_count(2, timeout=PATIENCE)
    first.page.context.close()
    expect(people).to_have_count(1, timeout=PATIENCE)
    expect(people).not_to_contain_text("Tomás Aguirre")
    second.page.context.close()
    expect(people).to_have_count(0, timeout=PATIENCE)
    expect(here).to_be_attached()
    assert chromium.complaints == []
