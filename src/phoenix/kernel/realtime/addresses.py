"""Where clients open sockets."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import get
from phoenix.kernel.web.rules import PUBLIC


class SocketAddresses(Struct, frozen=True):
    """Two addresses, to which a client adds the path /socket.io/. The second leads to the same sockets more slowly, by the port of the API."""

    url: str
    fallback: str


@get("/api/v2/realtime", may=PUBLIC, queries=0, tag="health")
async def socket_addresses(call: Call) -> SocketAddresses:
    """Get the addresses of the sockets. Try `url` first, and `fallback` where it cannot be reached."""
    settings = call.runtime.settings
    return SocketAddresses(settings.realtime.url or settings.public_url, settings.public_url)


REALTIME_ROUTES = (socket_addresses,)
