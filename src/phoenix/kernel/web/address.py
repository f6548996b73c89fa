"""The client's address and scheme, worked out once for every request."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.networks import client_address, client_scheme, parse_networks
from phoenix.kernel.web.asgi import App, Receive, Scope, Send


class ClientAddress:
    """Puts the client's address into the scope's state; only trusted proxies are believed."""

    def __init__(self, app: App, trusted: Sequence[str]) -> None:
        self._app = app
        self._trusted = parse_networks(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            peer = (scope.get("client") or ("", 0))[0]
            state = scope.setdefault("state", {})
            if not self._trusted:
                state["address"] = peer
            else:
                headers = scope["headers"]
                state["address"] = client_address(peer, _all(headers, b"x-forwarded-for"), self._trusted)
                scope["scheme"] = client_scheme(peer, _all(headers, b"x-forwarded-proto"), self._trusted, scope["scheme"])
        await self._app(scope, receive, send)


def _all(headers: Sequence[tuple[bytes, bytes]], wanted: bytes) -> str:
    return ", ".join(value.decode("latin-1") for name, value in headers if name == wanted)
