"""The echo server of the official suites, in the process of the test, and clients that speak the protocols by hand."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
from tests.kernel.realtime.echo import LIMITS, Echo, Open
from tests.waiting import until
from websockets.asyncio.client import ClientConnection, connect

from phoenix.kernel.realtime.connection import Limits
from phoenix.kernel.realtime.handover import Handover
from phoenix.kernel.realtime.server import Server

# Nothing is pinged while a test looks elsewhere.
QUIET = replace(LIMITS, ping_interval=600.0, ping_timeout=600.0)


@dataclass(frozen=True, slots=True)
class Echoing:
    server: Server
    port: int
    client: httpx.AsyncClient

    async def poll(self, sid: str = "", method: str = "GET", **options: Any) -> httpx.Response:
        query = {"EIO": "4", "transport": "polling", **({"sid": sid} if sid else {})}
        return await self.client.request(method, "/socket.io/", params=query, **options)

    async def open_polls(self) -> str:
        """The sid of a new connection."""
        sid: str = json.loads((await self.poll()).text[1:])["sid"]
        return sid

    async def post(self, sid: str, body: str) -> httpx.Response:
        return await self.poll(sid, "POST", content=body.encode())

    def websocket(self, sid: str = "", **options: Any) -> connect:
        query = "EIO=4&transport=websocket" + (f"&sid={sid}" if sid else "")
        return connect(f"ws://127.0.0.1:{self.port}/socket.io/?{query}", compression=None, ping_interval=None, proxy=None, **options)

    async def raw(self, data: bytes) -> bytes:
        """What the server answers to these bytes until it closes the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(data)
            return await asyncio.wait_for(reader.read(), 30)
        finally:
            writer.close()


@contextlib.asynccontextmanager
async def echoing(limits: Limits = QUIET, *, handover: Handover | None = None, connect_within: float = 600.0) -> AsyncIterator[Echoing]:
    server = Server({"/": Echo(), "/custom": Echo()}, Open(), limits, connect_within=connect_within, tick=0.01, handover=handover)
    listening = await server.listen(socket.create_server(("127.0.0.1", 0)))
    port = listening.sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
        try:
            yield Echoing(server, port, client)
        finally:
            listening.close()
            await server.close()


async def closed(there: ClientConnection) -> tuple[int | None, str | None]:
    """How the server closed a websocket."""
    await asyncio.wait_for(there.wait_closed(), 30)
    return there.close_code, there.close_reason


async def is_gone(here: Echoing, sid: str) -> bool:
    return (await here.poll(sid)).status_code == 400


async def waits(here: Echoing, sid: str) -> None:
    """Return once a poll of this connection waits."""

    def is_waiting() -> bool:
        polls = here.server.polls_of(sid)
        return polls is not None and polls._waiting is not None

    await until(is_waiting)
