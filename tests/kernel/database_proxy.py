"""A proxy between Phoenix and PostgreSQL, through which the database hangs or goes away."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.harness import Harness

from phoenix.kernel.web import endpoint, form_routes, handling, session_reader


class Proxy:
    """Between Phoenix and PostgreSQL. It passes nothing on once it has seen `frozen_by` from Phoenix."""

    def __init__(self, database: str) -> None:
        self._parts = urlsplit(database)
        self.frozen_by: bytes | None = None
        self._frozen = False
        self._away = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []

    def go_away(self) -> None:
        """Close every connection, and take no more."""
        self._away = True
        for writer in self._writers:
            writer.transport.abort()

    def come_back(self) -> None:
        self._away = False

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """The address of the database through here."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            own = server.sockets[0].getsockname()[1]
            login, _, _ = self._parts.netloc.rpartition("@")
            yield f"postgresql://{login}@127.0.0.1:{own}{self._parts.path}"
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            for writer in self._writers:
                writer.transport.abort()
            await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._away:
            writer.transport.abort()
            return
        # The embedded server listens on a socket file, that of Debian on a port.
        place = parse_qs(self._parts.query)
        if "host" in place:
            from_server, to_server = await asyncio.open_unix_connection(f"{place['host'][0]}/.s.PGSQL.{place.get('port', ['5432'])[0]}")
        else:
            from_server, to_server = await asyncio.open_connection(self._parts.hostname, self._parts.port)
        self._writers += [writer, to_server]
        for source, target in ((reader, to_server), (from_server, writer)):
            self._tasks.add(asyncio.create_task(self._pass_on(source, target, watched=source is reader)))

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, watched: bool) -> None:
        while data := await source.read(65_536):
            self._frozen |= watched and self.frozen_by is not None and self.frozen_by in data
            if self._frozen:
                await asyncio.Event().wait()
            target.write(data)
        target.close()


@contextlib.asynccontextmanager
async def through_a_proxy(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    proxy = Proxy(harness.place.database)
    async with proxy.serving() as address:
        # Only Phoenix comes through it; the test itself asks the database.
        harness.variables["PHOENIX_DATABASE_URL"] = address
        async with harness:
            await harness.organisation("ember", ada="owner")
            for module in (endpoint, form_routes, handling, session_reader):
                monkeypatch.setattr(module, "ANSWER_SECONDS", 0.5)
            yield proxy
