"""Protects the admin listener: requests from other networks, or for another host name, are turned away."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import structlog

from phoenix.kernel.security.networks import parse_networks
from phoenix.kernel.web.asgi import AsgiApp, Receive, Scope, Send
from phoenix.settings import Settings

log = structlog.get_logger(__name__)


class StaffOnly:
    """Around the application of the admin listener.

    A machine answers on all its addresses, whichever way a packet came, so the sender's network is checked in addition to
    the bound address. The host name is checked against DNS rebinding: another site's name that was pointed here.
    """

    def __init__(self, app: AsgiApp, settings: Settings) -> None:
        self._app = app
        self._networks = parse_networks(settings.admin.networks)
        self._names = {settings.admin.bind.encode(), urlsplit(settings.admin.origin).netloc.encode()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._lets_in(scope):
            await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain; charset=utf-8")]})
            await send({"type": "http.response.body", "body": b"This address is for staff, inside the private network.\n"})
            return
        if scope["type"] in {"http", "lifespan"}:
            await self._app(scope, receive, send)

    def _lets_in(self, scope: Scope) -> bool:
        peer = (scope.get("client") or ("", 0))[0]
        name = next((value for header, value in scope["headers"] if header == b"host"), b"")
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        if not any(address in network for network in self._networks):
            log.warning("admin_refused", reason="network")
            return False
        if name not in self._names:
            log.warning("admin_refused", reason="name")
            return False
        return True
