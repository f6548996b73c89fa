"""Whom the listener of sockets lets in: origins of ours, and no more connections of a network than it may have."""

from __future__ import annotations

from collections.abc import Iterable

from phoenix.kernel.realtime.connection import Connection, Opened
from phoenix.kernel.realtime.door import FORBIDDEN, RefusedRequest
from phoenix.kernel.realtime.limits import Counts
from phoenix.kernel.security.crypto import Keys, same
from phoenix.kernel.security.networks import client_address, is_in, parse_networks
from phoenix.settings import Settings

# Sent by our own web workers, which hand sockets on that reach the public port.
RELAYED_FOR, RELAYED_HOST, RELAY_PROOF = b"x-phoenix-client", b"x-phoenix-host", b"x-phoenix-relay"
# What signing in needs; nothing else of a head is kept.
KEPT = frozenset({b"cookie", b"origin", b"host"})


def relay_proof(keys: Keys) -> bytes:
    """What proves that a web worker of this installation handed a request on, so that the client's address it names is true."""
    return keys.mac("realtime relay").hex().encode()


class SocketGate:
    """The gate of the sockets of Phoenix."""

    def __init__(self, settings: Settings, keys: Keys, counts: Counts) -> None:
        self._trusted = parse_networks(settings.web.trusted_proxies)
        self._proxies = (*self._trusted, *parse_networks(("127.0.0.0/8", "::1/128")))
        self._proof = relay_proof(keys)
        self._origins = {origin.encode() for origin in (*settings.web.cors_origins, settings.public_url) if origin}
        self._counts = counts
        self._counted: dict[Connection, str] = {}

    def opened_by(self, peer: str, headers: Iterable[tuple[bytes, bytes]], target: str) -> Opened:
        given = list(headers)
        proof = _first(given, RELAY_PROOF)
        if proof and same(proof, self._proof):
            address = _first(given, RELAYED_FOR).decode("latin-1")
            given = [*(header for header in given if header[0] != b"host"), (b"host", _first(given, RELAYED_HOST))]
        else:
            address = client_address(peer, _all(given, b"x-forwarded-for"), self._trusted)
        return Opened(address, tuple((name, value) for name, value in given if name in KEPT), target)

    def allows(self, opened: Opened) -> bytes:
        """Programs that are no browser send no origin."""
        origin, host = _first(opened.headers, b"origin"), _first(opened.headers, b"host")
        if origin and origin not in self._origins and origin not in {b"http://" + host, b"https://" + host}:
            raise RefusedRequest(FORBIDDEN, 403)
        return origin

    def entered(self, peer: str) -> None:
        self._counts.add_peer(peer)

    def admits(self, peer: str) -> bool:
        """A proxy, and our own web workers, come from one address for everyone."""
        return self._counts.peer_has_room(peer) or is_in(peer, self._proxies)

    def left(self, peer: str) -> None:
        self._counts.remove_peer(peer)

    def has_room(self, opened: Opened) -> bool:
        return self._counts.network_has_room(opened.address)

    def began(self, connection: Connection) -> None:
        address = connection.opened.address if connection.opened is not None else ""
        self._counted[connection] = address
        self._counts.add_network(address)
        self._counts.opened += 1

    def ended(self, connection: Connection) -> None:
        self._counts.remove_network(self._counted.pop(connection))
        self._counts.closed[connection.reason] += 1


def _first(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> bytes:
    return next((value for name, value in headers if name == wanted), b"")


def _all(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> str:
    return ", ".join(value.decode("latin-1") for name, value in headers if name == wanted)
