"""A real receiver of webhooks on this machine, and what the tests of webhooks share."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from tests.harness import Harness

from phoenix.kernel.security.networks import parse_networks
from phoenix.modules.webhooks.actions.request import Sender


@dataclass(slots=True)
class Receiver:
    """What came, and what is answered: each of `answers` once, then 204."""

    port: int = 0
    answers: list[bytes] = field(default_factory=list)
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            headers = {name.lower(): value for name, _colon, value in (line.partition(": ") for line in head.split("\r\n")[1:] if line)}
            self.came.append((headers, await reader.readexactly(int(headers["content-length"]))))
            writer.write(self.answers.pop(0) if self.answers else b"HTTP/1.1 204 No Content\r\n\r\n")
            await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def receiving(harness: Harness, receiver: Receiver | None = None) -> AsyncIterator[Receiver]:
    """A receiver that this installation may send to, although it is on this machine."""
    receiver = receiver or Receiver()
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    before = harness.runtime.parts[Sender]
    harness.runtime.parts[Sender] = sender = Sender(parse_networks(["127.0.0.0/8"]))
    try:
        yield receiver
    finally:
        harness.runtime.parts[Sender] = before
        await sender.close()
        server.close()


def answered(status: str, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n{headers}\r\n".encode()


async def webhook(harness: Harness, url: str, **more: Any) -> dict[str, Any]:
    """A webhook of ember, with its secret."""
    answer = await post(harness, "/api/v2/webhooks", {"organisation": harness.organisations["ember"], "url": url, **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def post(harness: Harness, path: str, sent: dict[str, Any] | None = None, by: str = "ada") -> httpx.Response:
    return await harness.post(path, by=by, json=sent)


async def happen(harness: Harness, title: str = "Pump 4") -> str:
    """Something that webhooks receive: the id of an entry."""
    data = {"organisation": harness.organisations["ember"], "title": title}
    entry = (await harness.post("/api/v2/entries", by="ada", json=data)).json()["id"]
    await harness.follow()
    return str(entry)


async def deliveries(harness: Harness, id_: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await harness.get(f"/api/v2/webhooks/{id_}/deliveries", by="ada")).json()["items"]
    return found
