"""A small server in a process of its own that answers as the official test suites of both protocols expect.

    python -m tests.kernel.realtime.echo [--port 3000]

It prints its port once it listens, and ends with its standard input.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from phoenix.kernel.realtime.connection import Connection, Limits, Opened
from phoenix.kernel.realtime.namespace import Socket
from phoenix.kernel.realtime.server import Server

# As the suites were written for.
LIMITS = Limits(ping_interval=0.3, ping_timeout=0.2, most_payload=1_000_000)


class Echo:
    """Sends back what it is sent."""

    async def connect(self, socket: Socket, auth: Mapping[str, Any]) -> None:
        socket.state = auth

    async def connected(self, socket: Socket) -> None:
        socket.emit("auth", socket.state)

    def receive(self, socket: Socket, data: list[Any], answer: Callable[..., None] | None) -> None:
        name, *arguments = data
        if name == "message":
            socket.emit("message-back", *arguments)
        elif name == "message-with-ack" and answer is not None:
            answer(*arguments)

    def disconnected(self, socket: Socket, reason: str) -> None:
        """Nothing is kept of it."""


class Open:
    """Lets everyone in."""

    def opened_by(self, peer: str, headers: Iterable[tuple[bytes, bytes]], target: str) -> Opened:
        return Opened(peer, tuple(headers), target)

    def allows(self, opened: Opened) -> bytes:
        return dict(opened.headers).get(b"origin", b"")

    def entered(self, peer: str) -> None:
        del peer

    def admits(self, peer: str) -> bool:
        return bool(peer)

    def left(self, peer: str) -> None:
        del peer

    def has_room(self, opened: Opened) -> bool:
        return True

    def began(self, connection: Connection) -> None:
        """Nothing is counted."""

    def ended(self, connection: Connection) -> None:
        """Nothing is counted."""


async def serve(port: int) -> None:
    server = Server({"/": Echo(), "/custom": Echo()}, Open(), LIMITS, connect_within=1.0, tick=0.02)
    listening = await server.listen(socket.create_server(("127.0.0.1", port)))
    print(listening.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - whoever started it reads the port
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    listening.close()
    await server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(serve(parser.parse_args().port))
