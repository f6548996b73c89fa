"""The applications that the processes of an installation serve: how each responds before, during and after it is open."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.harness import Place
from tests.running import free_port
from tests.waiting import until

from phoenix import app as applications
from phoenix import realtime, worker
from phoenix.app import create_admin_app, create_app
from phoenix.kernel.errors import Unavailable
from phoenix.kernel.realtime.server import Server as SocketServer
from phoenix.kernel.realtime.sockets import Sockets


@pytest.fixture
def variables(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    given = {
        "ENVIRONMENT": "test",
        "SECRET_KEY": f"a secret for tests, long enough and of many letters {place.folder}",
        "DATABASE_URL": place.database,
        "CACHE_URL": place.valkey,
        "DATA": str(place.folder),
    }
    for name, value in given.items():
        monkeypatch.setenv(f"PHOENIX_{name}", value)
    # Logging is configured for the whole process, which also runs other tests.
    monkeypatch.setattr(applications, "configure", lambda _logs: None)
    for process in (worker, realtime):
        monkeypatch.setattr(process, "configure", lambda _logs: None)
    return place


class Server:
    """The part of a server that opens and closes an application."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.said: list[str] = []
        self._to_app: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._from_app: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self._running: asyncio.Task[None] | None = None

    async def ask(self, what: str) -> str:
        if self._running is None:
            self._running = asyncio.create_task(self.app({"type": "lifespan"}, self._to_app.get, self._from_app.put))
        await self._to_app.put({"type": f"lifespan.{what}"})
        return (await self._from_app.get())["type"]

    async def end(self) -> None:
        assert self._running is not None
        await self._running


async def status(app: Any, path: str) -> int:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=app.settings.public_url) as client:
        return (await client.get(path)).status_code


@pytest.mark.parametrize(
    ("create", "path"),
    [(create_app, "/sign-in"), (create_admin_app, "/sign-in")],
    ids=["web", "admin"],
)
def test_an_application_opens_serves_and_closes(variables: Place, create: Callable[[], Any], path: str) -> None:
    async def run() -> None:
        server = Server(create())
        assert await status(server.app, path) == 503
        assert await server.ask("startup") == "lifespan.startup.complete"
        assert await status(server.app, path) == 200
        assert await server.ask("shutdown") == "lifespan.shutdown.complete"
        await server.end()

    asyncio.run(run())


def test_an_application_that_cannot_open_says_why(variables: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOENIX_DATABASE_URL", "postgresql://phoenix@127.0.0.1:1/phoenix")

    async def run() -> None:
        server = Server(create_app())
        assert await server.ask("startup") == "lifespan.startup.failed"
        with pytest.raises(Unavailable):
            await server.end()

    asyncio.run(run())


def test_a_worker_runs_until_it_is_stopped(variables: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    worked: list[str] = []

    async def work(_runtime: Any, stop: asyncio.Event) -> None:
        worked.append("began")
        os.kill(os.getpid(), signal.SIGTERM)
        await stop.wait()
        worked.append("ended")

    monkeypatch.setattr(worker, "work", work)
    asyncio.run(worker.run())
    assert worked == ["began", "ended"]


def test_the_port_of_sockets_opens_once_everything_from_then_on_is_sent(variables: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOENIX_REALTIME_PORT", str(free_port()))
    listen, begun = SocketServer.listen, list[bool]()

    async def listening(server: SocketServer, *given: Any) -> Any:
        (sockets,) = server._namespaces.values()
        assert isinstance(sockets, Sockets)
        begun.append(sockets.has_begun)
        os.kill(os.getpid(), signal.SIGTERM)
        return await listen(server, *given)

    monkeypatch.setattr(SocketServer, "listen", listening)
    asyncio.run(realtime.run(1))
    assert begun == [True]


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_process_of_sockets_serves_until_it_is_stopped(variables: Place, monkeypatch: pytest.MonkeyPatch, processes: str) -> None:
    port = free_port()
    monkeypatch.setenv("PHOENIX_REALTIME_PORT", str(port))
    monkeypatch.setenv("PHOENIX_REALTIME_PROCESSES", processes)

    async def run() -> None:
        running = asyncio.create_task(realtime.run(1))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:

            async def opened() -> str:
                try:
                    return (await client.get("/socket.io/?EIO=4&transport=polling")).text
                except httpx.TransportError:
                    return ""

            await until(opened)
            sid = (await opened()).partition('"sid":"')[2].partition('"')[0]
            assert sid.startswith("1.") == (processes == "2")
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(running, 60)
            with pytest.raises(httpx.TransportError):
                await client.get("/socket.io/")

    asyncio.run(run())


def test_processes_of_sockets_share_a_port_and_other_programs_do_not() -> None:
    with realtime.bind("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with realtime.bind("127.0.0.1", port) as second:
            assert second.getsockname()[1] == port
        with pytest.raises(OSError, match="Address already in use"), socket.create_server(("127.0.0.1", port)):
            pass
