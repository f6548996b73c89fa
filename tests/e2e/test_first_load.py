"""What a browser fetches that has nothing of Phoenix in its cache."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Playwright

from tests.e2e.browsers import FLAGS
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_BYTES = 60_000
MOST_REQUESTS = 7


def test_a_dashboard_is_at_most_60_kb_and_7_requests(playwright: Playwright, phoenix: Running) -> None:
    demo = phoenix.ready["demo_accounts"][0]
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
    try:
        signing_in = browser.new_context()
        page = signing_in.new_page()
        page.goto(f"{phoenix.url}/sign-in")
        page.locator("[name=email]").first.fill(demo["email"])
        page.locator("[name=password]").first.fill(demo["password"])
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/dashboard")
        cold = browser.new_context(storage_state=signing_in.storage_state()).new_page()
        network = cold.context.new_cdp_session(cold)
        asked: list[str] = []
        sent: dict[str, float] = {}
        later: set[str] = set()

        def note(number: str, request: dict[str, Any]) -> None:
            # What a live page asks for by itself is not its load: the news that it follows, such as of this sign-in, may be late.
            if any(name.lower() == "x-unattended" for name in request["headers"]):
                later.add(number)
            else:
                asked.append(request["url"])

        network.on("Network.requestWillBeSent", lambda event: note(event["requestId"], event["request"]))
        network.on("Network.webSocketCreated", lambda event: asked.append(event["url"]))
        network.on("Network.loadingFinished", lambda event: sent.update({event["requestId"]: event["encodedDataLength"]}))
        network.send("Network.enable")
        cold.goto(page.url)
        cold.locator("[data-live-state]:visible .dot--good").first.wait_for()
        cold.wait_for_load_state("networkidle")
    finally:
        browser.close()
    assert len(asked) <= MOST_REQUESTS, asked
    assert sum(size for number, size in sent.items() if number not in later) <= MOST_BYTES, (sent, asked)
