"""What a listener lets requests into, and how it refuses one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from phoenix.kernel.realtime.connection import Opened
from phoenix.kernel.realtime.polls import Polls
from phoenix.kernel.realtime.websocket import WebSocket

# Codes of Engine.IO's own servers, which its clients show.
UNKNOWN_TRANSPORT, UNKNOWN_SID, BAD_METHOD, BAD_REQUEST, FORBIDDEN, BAD_VERSION = range(6)
WORDS = ("Transport unknown", "Session ID unknown", "Bad handshake method", "Bad request", "Forbidden", "Unsupported protocol version")


class RefusedRequest(Exception):
    """A request that is not answered as asked."""

    def __init__(self, code: int, status: int = 400, words: str = "") -> None:
        super().__init__(words or WORDS[code])
        self.code = code
        self.status = status
        self.words = words or WORDS[code]


class Door(Protocol):
    """What a listener lets requests into."""

    most_payload: int

    def opened_by(self, peer: str, headers: Iterable[tuple[bytes, bytes]], target: str) -> Opened: ...

    def allows(self, opened: Opened) -> bytes:
        """The origin that may read the answer; empty where there is none. Raises RefusedRequest for an origin that may not ask."""
        ...

    def entered(self, peer: str) -> None:
        """A connection was accepted from this address: each is reported once as `left`."""
        ...

    def admits(self, peer: str) -> bool:
        """Whether no more connections are open from there than may be."""
        ...

    def left(self, peer: str) -> None: ...

    def begin_polls(self, opened: Opened) -> tuple[Polls, str]:
        """A new connection and its first packet. Raises RefusedRequest."""
        ...

    def polls_of(self, sid: str) -> Polls | None: ...

    def is_ours(self, sid: str) -> bool: ...

    def pass_on(self, sid: str, connection: int, data: bytes) -> bool:
        """Pass a connection on to the process that named this sid. False if nobody takes it."""
        ...

    def begin_websocket(self, opened: Opened, sid: str) -> WebSocket:
        """A pipe for a new connection, or to upgrade that of `sid`. Raises RefusedRequest."""
        ...
