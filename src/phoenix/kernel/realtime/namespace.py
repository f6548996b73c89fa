"""What a server of Socket.IO asks: who may connect to a namespace, and what their events do."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from phoenix.kernel.realtime.connection import Connection, Opened
from phoenix.kernel.realtime.handover import SID_BYTES
from phoenix.kernel.realtime.message import Message, message_of
from phoenix.kernel.realtime.protocol.packets import Kind, Packet


class Refused(Exception):
    """Nobody is let into a namespace like this. `message` goes to the client, with `data` if there is any."""

    def __init__(self, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class Socket:
    """A client in a namespace."""

    __slots__ = ("connection", "id", "is_in", "namespace", "state")

    def __init__(self, connection: Connection, namespace: str) -> None:
        self.id = secrets.token_urlsafe(SID_BYTES)
        self.connection = connection
        self.namespace = namespace
        self.is_in = False
        """Whether it was let in, and its client knows."""
        self.state: Any = None
        """What the namespace keeps with it."""

    @property
    def is_open(self) -> bool:
        return self.connection.is_open

    def send(self, message: Message) -> None:
        self.connection.send(message)

    def emit(self, event: str, *data: Any) -> None:
        self.send(message_of(Packet(Kind.EVENT, self.namespace, [event, *data])))


class Namespace(Protocol):
    """What a client can connect to."""

    async def connect(self, socket: Socket, auth: Mapping[str, Any]) -> None:
        """Let a client in, or raise Refused."""
        ...

    async def connected(self, socket: Socket) -> None:
        """The client knows that it is in, and can be sent to."""
        ...

    def receive(self, socket: Socket, data: list[Any], answer: Callable[..., None] | None) -> None:
        """An event of the client; `answer` acknowledges it, where that was asked for."""
        ...

    def disconnected(self, socket: Socket, reason: str) -> None:
        """Called for each socket that was let in, once: whether or not its client knows."""
        ...


class Gate(Protocol):
    """Whom the listener lets in."""

    def opened_by(self, peer: str, headers: Iterable[tuple[bytes, bytes]], target: str) -> Opened: ...

    def allows(self, opened: Opened) -> bytes: ...

    def entered(self, peer: str) -> None: ...

    def admits(self, peer: str) -> bool: ...

    def left(self, peer: str) -> None: ...

    def has_room(self, opened: Opened) -> bool: ...

    def began(self, connection: Connection) -> None: ...

    def ended(self, connection: Connection) -> None: ...
