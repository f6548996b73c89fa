"""A client that pings and never reads the answers is cut before they fill the memory, however slowly it sends."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from dataclasses import replace

from tests.kernel.realtime.echoing import QUIET, echoing
from tests.waiting import until

from phoenix.kernel.realtime.websocket import WebSocket

# So many come within its rate, and wait to be sent.
PATIENT = replace(QUIET, rate=1e9, burst=1e9, most_unsent_bytes=20_000)
PINGS = b"\x89\xfd\0\0\0\0" + b"x" * 125
ATTEMPTS = 500
SMALL_BUFFER = 4096


def test_a_client_that_pings_and_never_reads_is_cut() -> None:
    async def run() -> None:
        async with echoing(PATIENT) as here:
            plain = socket.socket()
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
            plain.setblocking(False)
            await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", here.port))
            reader, writer = await asyncio.open_connection(sock=plain)
            head = f"Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {'A' * 22}==\r\n\r\n"
            writer.write(f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n{head}".encode())
            await reader.readuntil(b'"sid"')
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            (connection,) = here.server.connections.values()
            pipe = connection.pipe
            assert isinstance(pipe, WebSocket)
            assert pipe._transport is not None
            below = pipe._transport.underlying_transport
            below.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL_BUFFER)
            most = 0
            with contextlib.suppress(ConnectionError):
                for _ in range(ATTEMPTS):
                    if connection.reason:
                        break
                    writer.write(PINGS * 100)
                    await writer.drain()
                    await asyncio.sleep(0)
                    most = max(most, below.get_write_buffer_size())
            await until(lambda: connection.reason == "slow_reader", 10)
            assert most <= 2 * PATIENT.most_unsent_bytes
            assert not here.server.connections
            writer.close()

    asyncio.run(run())
