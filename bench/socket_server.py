"""The server of sockets alone, for `make bench-sockets`: everyone is let in, and every thousandth client shares a room.

    python -m bench.socket_server PORT

It prints `ready`, then obeys lines on its standard input: `all TEXT` or `room TEXT`.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import uvloop

from phoenix.kernel.realtime.connection import Connection, Limits, Opened
from phoenix.kernel.realtime.message import event_message
from phoenix.kernel.realtime.namespace import Socket
from phoenix.kernel.realtime.rooms import Rooms
from phoenix.kernel.realtime.server import Server

OF_ROOM = 1_000


class Everyone:
    """The gate and the only namespace."""

    def __init__(self) -> None:
        self.rooms: Rooms[Socket] = Rooms()
        self.joined = 0

    def opened_by(self, peer: str, headers: Iterable[tuple[bytes, bytes]], target: str) -> Opened:
        del headers
        return Opened(peer, (), target)

    def allows(self, opened: Opened) -> bytes:
        del opened
        return b""

    def entered(self, peer: str) -> None:
        del peer

    def admits(self, peer: str) -> bool:
        return bool(peer)

    def left(self, peer: str) -> None:
        del peer

    def has_room(self, opened: Opened) -> bool:
        del opened
        return True

    def began(self, connection: Connection) -> None:
        """Nothing is counted."""

    def ended(self, connection: Connection) -> None:
        """Nothing is counted."""

    async def connect(self, socket: Socket, auth: Mapping[str, Any]) -> None:
        """Everyone may."""

    async def connected(self, socket: Socket) -> None:
        self.rooms.enter(socket, "all")
        if self.joined < OF_ROOM:
            self.rooms.enter(socket, "room")
        self.joined += 1

    def receive(self, socket: Socket, data: list[Any], answer: Callable[..., None] | None) -> None:
        """Clients only listen."""

    def disconnected(self, socket: Socket, reason: str) -> None:
        del reason
        self.rooms.leave_all(socket)


async def serve(port: int) -> None:
    everyone = Everyone()
    server = Server({"/": everyone}, everyone, Limits(), connect_within=60)
    await server.listen(socket.create_server(("127.0.0.1", port), backlog=4096, reuse_port=True))
    print("ready", flush=True)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := (await lines.readline()).decode().split():
        everyone.rooms.send(line[0], event_message("tick", line[1]))


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
