"""N1 in Firefox, which asks for a websocket with other headers than everyone else: an open page shows what happens."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.browsers import wait
from tests.e2e.firefox import FirefoxBrowser, program
from tests.running import Running
from tests.waiting import eventually

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(program() is None, reason="Firefox is missing. Debian: apt install firefox-esr"),
]


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[FirefoxBrowser]:
    browser = FirefoxBrowser(tmp_path)
    yield browser
    browser.close()


def test_an_open_page_is_live_and_counts_what_is_unread(firefox: FirefoxBrowser, phoenix: Running) -> None:
    demo, mark = phoenix.ready["demo_accounts"][1], uuid.uuid4().hex[:8]
    firefox.open(f"{phoenix.url}/sign-in")
    firefox.fill("email", demo["email"])
    firefox.fill("password", demo["password"])
    firefox.press("Sign in")
    eventually(lambda: firefox.address().endswith("/dashboard"))
    firefox.open(firefox.address().replace("/dashboard", "/feed"))
    eventually(lambda: firefox.attribute("[data-live-state] .dot", "class").endswith("dot--good"), what="the page is not live")
    assert firefox.run("return sessionStorage.getItem('phoenix.sockets-unreached')") is None, "it reached the port of the sockets"
    before = firefox.text("[data-badge=unread] [data-number]")
    with httpx.Client(base_url=f"{phoenix.url}/api/v2") as api:
        session = api.post("/sessions", json={"email": demo["email"], "password": demo["password"]}).json()
        api.headers["Authorization"] = f"Bearer {session['access_token']}"
        organisation = api.get("/organisations").json()["items"][0]["id"]
        api.post("/entries", json={"organisation": organisation, "title": f"Heard by Firefox {mark}"})
    # Signing in on a device that is new here is a notification.
    eventually(lambda: firefox.text("[data-badge=unread] [data-number]") != before, what="the number did not change")
    wait(firefox, f"Heard by Firefox {mark}")
