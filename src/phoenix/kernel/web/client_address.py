"""The client's address and scheme, determined once for every request."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from phoenix.kernel.security.networks import client_address, client_scheme, parse_networks
from phoenix.kernel.web.application import App, RequestState, put_state
from phoenix.kernel.web.asgi import AsgiApp, Receive, Scope, Send

log = structlog.get_logger(__name__)

# This many requests from one address, all of them forwarded for others, mean a proxy that was not configured.
ENOUGH_TO_TELL = 20


class ClientAddress:
    """The outermost layer except for hot reads: creates the state of a request or a socket, with its client's address.

    Forwarded addresses are believed only from trusted proxies.

    Logs once if every request seems to come from one address that forwards for others: limits by address would then
    count everyone as the same client.
    """

    def __init__(self, app: AsgiApp, shared: App, trusted: Sequence[str]) -> None:
        self._app = app
        self._shared = shared
        self._trusted = parse_networks(trusted)
        self._only_peer: str | None = None
        self._forwarded = 0
        self._has_warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            peer = (scope.get("client") or ("", 0))[0]
            state = RequestState(self._shared)
            put_state(scope, state)
            headers = scope["headers"]
            if not self._trusted:
                state.address = peer
            else:
                state.address = client_address(peer, _all(headers, b"x-forwarded-for"), self._trusted)
                if scope["type"] == "http":
                    scope["scheme"] = client_scheme(peer, _all(headers, b"x-forwarded-proto"), self._trusted, scope["scheme"])
            if not self._has_warned:
                self._look_for_proxy(peer, state.address, headers)
        await self._app(scope, receive, send)

    def _look_for_proxy(self, peer: str, address: str, headers: Sequence[tuple[bytes, bytes]]) -> None:
        if self._only_peer not in {None, peer} or address != peer:
            self._has_warned = True
            return
        self._only_peer = peer
        if any(name == b"x-forwarded-for" for name, _ in headers):
            self._forwarded += 1
        if self._forwarded >= ENOUGH_TO_TELL:
            self._has_warned = True
            log.warning(
                "proxy_not_trusted",
                peer=peer,
                advice="All requests seem to come from this one address. If it is your proxy, add it to PHOENIX_TRUSTED_PROXIES.",
            )


def _all(headers: Sequence[tuple[bytes, bytes]], wanted: bytes) -> str:
    return ", ".join(value.decode("latin-1") for name, value in headers if name == wanted)
