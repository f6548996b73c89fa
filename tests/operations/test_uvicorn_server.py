"""A connection whose next head does not arrive in time is cut, on the panel and where only sockets are served; a slow answer is not."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from tests.waiting import until

from phoenix.operations.up import uvicorn_server
from phoenix.operations.up.uvicorn_server import PanelProtocol, config_of

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


class Slow:
    """An application that answers when it is told to."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.asked.set()
        await self.go_on.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def served(application: Slow | Reading) -> AsyncIterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(config_of(application, ws="none", lifespan="off", log_config=None))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await until(lambda: server.started)
            yield int(listener.getsockname()[1])
        finally:
            application.go_on.set()
            server.should_exit = True
            await serving


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uvicorn_server, "HEAD_SECONDS", 0.1)


@pytest.mark.parametrize("sent", [b"", b"G", HEAD, HEAD + b"X-Long: "])
def test_a_head_that_does_not_end_is_cut(sent: bytes) -> None:
    async def run() -> None:
        async with served(Slow()) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            assert await reader.read() == b""
            writer.close()

    asyncio.run(run())


def test_a_second_head_is_cut_too_and_a_slow_answer_is_not() -> None:
    async def run() -> None:
        slow = Slow()
        async with served(slow) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(HEAD + b"\r\n")
            await slow.asked.wait()
            # Another connection that sent nothing is cut while this one waits for its answer.
            silent, other = await asyncio.open_connection("127.0.0.1", port)
            assert await silent.read() == b""
            other.close()
            slow.go_on.set()
            assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
            writer.write(HEAD)
            assert await reader.read() == b""
            writer.close()

    asyncio.run(run())


class Reading:
    """An application that reads the whole body, then answers."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        while (message := await receive())["type"] == "http.request" and message.get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b"not needed"})


def test_a_malformed_body_is_no_error_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        async with served(Reading()) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 400")
            writer.close()

    asyncio.run(run())
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.parametrize(("of_an_address", "of_all"), [(3, 400), (100, 3)])
def test_the_panel_closes_one_connection_too_many(monkeypatch: pytest.MonkeyPatch, of_an_address: int, of_all: int) -> None:
    monkeypatch.setattr(uvicorn_server, "HEAD_SECONDS", 60)
    monkeypatch.setattr(uvicorn_server, "MOST_OF_AN_ADDRESS", of_an_address)
    monkeypatch.setattr(uvicorn_server, "MOST_CONNECTIONS", of_all)

    async def run() -> None:
        slow = Slow()
        slow.go_on.set()
        async with served(slow) as port:
            held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
            for reader, writer in held:
                writer.write(HEAD + b"\r\n")
                assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            with contextlib.suppress(ConnectionError):
                assert await reader.read() == b""
            writer.close()
            held[0][1].close()
            await until(lambda: PanelProtocol._open.total() == 2)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(HEAD + b"\r\n")
            assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
            for _reader, each in (*held[1:], (reader, writer)):
                each.close()
        assert PanelProtocol._open == {}

    asyncio.run(run())
