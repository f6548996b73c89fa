"""What the tests of live pages share: a server whose page changes, and which pages are live."""

from __future__ import annotations

from playwright.sync_api import Page, Route
from tests.web.sockets import Socket, after_every_request

LIVE_PAGES = {
    "dashboard": ("Good afternoon", "Good day"),
    "members": ("Tomás Aguirre", "Tomás A."),
    "members ": ("Pending invitations", "Invited"),
    "entry": ("Flow meter FM-204 recalibrated</h1>", "Renamed</h1>"),
    "entries": ("Flow meter FM-204 recalibrated", "Renamed"),
}


def connect(page: Page, socket: Socket) -> None:
    """Wait for the socket, on pages that say that they are live and on those that do not."""
    for _ in range(200):
        if socket.connected:
            break
        after_every_request(page)
    assert socket.connected
    after_every_request(page)


class Server:
    """The server's next answers for a page: its own HTML, changed by a test."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.asked = page, 0
        self.status = 200
        self.retry_after = ""
        self.changes: list[tuple[str, str]] = []
        self.html = page.request.get(address).text()
        page.goto(address)
        page.route(address, self._answer)

    def _answer(self, route: Route) -> None:
        if route.request.headers.get("x-unattended") != "yes":
            # The test itself, which waits until everything has been asked for.
            route.continue_()
            return
        self.asked += 1
        if self.status == 303:
            route.fulfill(status=303, headers={"Location": "/sign-in"})
        elif self.status != 200:
            headers = {"Retry-After": self.retry_after} if self.retry_after else {}
            route.fulfill(status=self.status, headers=headers | {"Content-Type": "text/html"}, body="<title>No</title><main>No</main>")
        else:
            html = self.html
            for old, new in self.changes:
                assert old in html
                html = html.replace(old, new)
            route.fulfill(body=html, content_type="text/html; charset=utf-8")


def changed(socket: Socket) -> None:
    socket.emit("changed", organisation="org_halden")
