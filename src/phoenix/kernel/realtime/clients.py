"""What the server keeps with each connection, and how the sockets of one are let in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog

from phoenix.kernel.realtime.connection import Connection
from phoenix.kernel.realtime.message import message_of
from phoenix.kernel.realtime.namespace import Namespace, Refused, Socket
from phoenix.kernel.realtime.protocol.packets import Kind, Packet, Reader

log = structlog.get_logger(__name__)

# How long it may take to let someone in: longer than any statement.
DECIDE_SECONDS = 30.0


class Client:
    """What the server keeps with a connection: its reader, its sockets by namespace, the tasks that let them in, and until when it needs one.

    One that `is_late` had its time: it is ended once the `first` socket that it asked for is decided, for which it may be us who are slow.
    """

    __slots__ = ("deadline", "first", "is_late", "reader", "sockets", "tasks")

    def __init__(self) -> None:
        self.reader = Reader()
        self.sockets: dict[str, Socket] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.deadline: asyncio.TimerHandle | None = None
        self.first: Socket | None = None
        self.is_late = False

    @property
    def is_deciding(self) -> bool:
        """Whether the first that it asked for is not decided yet. Whoever gives that up and asks again has no more time for it."""
        return self.first is not None and self.sockets.get(self.first.namespace) is self.first and not self.first.is_in

    @property
    def has_signed_in(self) -> bool:
        return any(socket.is_in for socket in self.sockets.values())

    def expect(self, deadline: asyncio.TimerHandle | None) -> None:
        """A timer keeps the whole connection in memory until it is over, so one that is needed no more is cancelled."""
        if self.deadline is not None:
            self.deadline.cancel()
        self.deadline = deadline


def client_of(connection: Connection) -> Client:
    client = connection.user
    assert isinstance(client, Client)  # noqa: S101 - set as soon as it began
    return client


async def let_in(namespace: Namespace, client: Client, socket: Socket, auth: Mapping[str, Any]) -> None:
    """Ask a namespace whether a socket may connect, and tell its client."""
    connection, name = socket.connection, socket.namespace
    try:
        async with asyncio.timeout(DECIDE_SECONDS):
            await namespace.connect(socket, auth)
    except Refused as refused:
        _turn_away(client, socket, {"message": refused.message} | ({"data": refused.data} if refused.data is not None else {}))
        return
    except Exception:
        log.exception("socket_connect_failed")
        _turn_away(client, socket, {"message": "unavailable"})
        return
    if client.sockets.get(name) is not socket:
        # It left while it was asked for.
        namespace.disconnected(socket, connection.reason or "client_disconnected")
        return
    socket.is_in = True
    client.is_late = False
    connection.send(message_of(Packet(Kind.CONNECT, name, {"sid": socket.id})))
    if connection.reason:
        return
    try:
        await namespace.connected(socket)
    except Exception:
        log.exception("socket_connect_failed")
        connection.end("unavailable")


def _turn_away(client: Client, socket: Socket, data: dict[str, Any]) -> None:
    if client.sockets.get(socket.namespace) is socket:
        del client.sockets[socket.namespace]
        socket.send(message_of(Packet(Kind.CONNECT_ERROR, socket.namespace, data)))
    end_late(client, socket.connection)


def end_late(client: Client, connection: Connection) -> None:
    """End a connection whose time is over, unless it waits for us."""
    if client.is_late and not client.is_deciding and not client.has_signed_in:
        connection.end("not_authenticated")
