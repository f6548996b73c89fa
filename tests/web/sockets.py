"""A page's socket without a server behind it, and a page's time under the test's control."""

from __future__ import annotations

import json

from playwright.sync_api import Page, WebSocketRoute


class Socket:
    """A minimal Socket.IO server for one client, with what the live script needs (Engine.IO 4, text packets)."""

    def __init__(self, page: Page) -> None:
        self.routes: list[WebSocketRoute] = []
        self.connected = 0
        self.auth: dict[str, str] = {}
        self.refusals: list[str] = []
        """With which it answers instead, one after the other."""
        page.route_web_socket("**/socket.io/**", self._accept)

    def _accept(self, route: WebSocketRoute) -> None:
        self.routes.append(route)

        def answer(message: str | bytes) -> None:
            text = str(message)
            if text.startswith("40"):
                self.auth = json.loads(text[2:] or "{}")
            if text.startswith("40") and self.refusals:
                route.send("44" + json.dumps({"message": self.refusals.pop(0)}))
            elif text.startswith("40"):
                route.send('40{"sid":"s"}')
                self.connected += 1

        route.on_message(answer)
        route.send('0{"sid":"e","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":16384}')

    def emit(self, event: str, **payload: object) -> None:
        self.routes[-1].send("42" + json.dumps([event, payload]))


def after_every_request(page: Page) -> None:
    """Send a request and wait for its answer: every request that the page sent before has been sent by then."""
    assert page.evaluate("fetch(location.href).then((answer) => answer.status)") == 200


def let_pass(page: Page, *, milliseconds: int) -> None:
    """Advance the controlled clock of the page, and run the timers that are due."""
    after_every_request(page)
    page.clock.run_for(milliseconds)
    after_every_request(page)
