"""D2: when every connection of the pool is in use, the next request gets an error that says to try again, and nothing breaks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from tests.harness import Harness

from phoenix.kernel.data.query import query
from phoenix.kernel.errors import Unavailable

ONE = query(int, "SELECT 1")


class FullPool:
    """A pool whose `acquire` fails as asyncpg's does; connections acquired earlier can be released."""

    def __init__(self, inner: Any, error: Exception) -> None:
        self._inner, self._error = inner, error

    async def acquire(self, *, timeout: float) -> Any:  # noqa: ASYNC109 - asyncpg's name
        assert timeout <= 10, "nobody waits longer than a browser would"
        raise self._error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


LOST: list[tuple[Exception, str, str]] = [
    (TimeoutError(), "database_busy", "Too many people are waiting for the database."),
    (ConnectionRefusedError(), "database_unreachable", "The database is not responding."),
    (asyncpg.TooManyConnectionsError(), "database_unreachable", "The database is not responding."),
    (asyncpg.CannotConnectNowError(), "database_unreachable", "The database is not responding."),
    (asyncpg.InterfaceError("pool is closing"), "database_unreachable", "The database is not responding."),
]


@pytest.mark.parametrize(("error", "code", "words"), LOST, ids=[type(error).__name__ for error, _, _ in LOST])
def test_a_request_without_a_free_connection_gets_a_503_that_says_what_to_do(
    harness: Harness, error: Exception, code: str, words: str
) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            pool = harness.runtime.database.pool
            harness.runtime.database.pool = FullPool(pool, error)
            entry = {"organisation": ember, "title": "t"}
            answers = [
                await harness.get(f"/api/v2/entries?organisation={ember}", by="ada"),
                await harness.post("/api/v2/entries", by="ada", json=entry),
            ]
            page = await harness.get("/o/ember/entries", by="ada")
            harness.runtime.database.pool = pool
            for answer in answers:
                assert (answer.status_code, answer.json()["code"]) == (503, code)
                assert words in answer.json()["detail"]
                assert int(answer.headers["retry-after"]) > 0
            assert page.status_code == 503
            assert words in page.text
            assert (await harness.post("/api/v2/entries", by="ada", json=entry)).status_code == 201

    asyncio.run(run())


async def _takers(harness: Harness, count: int, meanwhile: Callable[[], Awaitable[None]]) -> None:
    """Hold that many connections during the block."""
    async with contextlib.AsyncExitStack() as stack:
        for _taker in range(count):
            reader = await stack.enter_async_context(harness.runtime.database.reader())
            await reader.one(ONE)
        await meanwhile()


def test_a_full_pool_refuses_requests_and_then_recovers(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness:
            database = harness.runtime.database
            acquire = database.pool.acquire

            async def refused() -> None:
                # They wait for a hundredth of a second instead of ten seconds, since no connection is returned.
                monkeypatch.setattr(type(database.pool), "acquire", lambda _, *, timeout: acquire(timeout=timeout / 1000))
                async with database.transaction() as tx:
                    with pytest.raises(Unavailable, match="Too many people are waiting"):
                        await tx.one(ONE)
                monkeypatch.undo()

            await _takers(harness, harness.runtime.settings.database.pool, refused)
            async with database.reader() as reader:
                assert await reader.one(ONE) == 1

    asyncio.run(run())
