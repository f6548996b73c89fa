"""Pages opened at a loopback address lead to localhost, where the links of emails lead as well, and where passkeys work.

The API, forms and files are answered under either: a program may be set up with the address, and a form may have been open before.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from phoenix.kernel.web.asgi import AsgiApp, Receive, Scope, Send
from phoenix.kernel.web.problems import is_api
from phoenix.settings import Settings


class OneName:
    """Around the framework, where the public address is localhost; elsewhere it does nothing."""

    def __init__(self, app: AsgiApp, settings: Settings) -> None:
        self._app = app
        self._url = settings.public_url
        address = urlsplit(self._url)
        port = f":{address.port}" if address.port else ""
        named = settings.by_name and address.hostname == "localhost"
        self._others = {f"127.0.0.1{port}".encode(), f"[::1]{port}".encode()} if named else set[bytes]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._others or not self._is_page(scope):
            await self._app(scope, receive, send)
            return
        query = scope["query_string"]
        target = f"{self._url}{quote(scope['path'])}".encode() + (b"?" + query if query else b"")
        headers = [(b"location", target), (b"cache-control", b"no-store"), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 307, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def _is_page(self, scope: Scope) -> bool:
        """Whether a person opens a page: what scripts and programs load is answered where they ask for it."""
        if scope["method"] != "GET" or is_api(scope["path"]):
            return False
        given = dict(scope["headers"])
        return given.get(b"host", b"") in self._others and b"text/html" in given.get(b"accept", b"") and b"hx-request" not in given
