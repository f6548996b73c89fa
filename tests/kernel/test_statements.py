"""Statements that development records: each once, with the code that ran it and whether it failed, and without its values."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.harness import Place

from phoenix.kernel.data.statements import CODE, NotingConnection, noted, noting

Asking = Callable[[NotingConnection], Awaitable[Any]]

TABLE = "CREATE TEMPORARY TABLE noted (number int)"
INSERT = "INSERT INTO noted VALUES ($1)"


def connected(place: Place, scenario: Asking) -> Any:
    async def run() -> Any:
        connection = await asyncpg.connect(place.database, connection_class=NotingConnection)
        try:
            return await scenario(connection)
        finally:
            await connection.close()

    return asyncio.run(run())


def test_every_query_method_returns_its_result_and_is_recorded_once(place: Place) -> None:
    async def scenario(connection: NotingConnection) -> None:
        with noting() as made:
            assert await connection.execute(TABLE) == "CREATE TABLE"
            assert await connection.executemany(INSERT, [(7001,), (7002,)]) is None
            assert await connection.fetchval("SELECT\n  sum(number)   FROM noted") == 14003
            assert [tuple(row) for row in await connection.fetch("SELECT number FROM noted WHERE number > $1", 7001)] == [(7002,)]
            assert tuple(await connection.fetchrow("SELECT min(number) FROM noted")) == (7001,)
            assert made == noted()
        assert [statement.sql for statement in made] == [
            TABLE,
            INSERT,
            "SELECT sum(number) FROM noted",
            "SELECT number FROM noted WHERE number > $1",
            "SELECT min(number) FROM noted",
        ]
        assert not any(statement.failed for statement in made)
        assert {statement.where.rpartition(":")[0] for statement in made} == {__file__}

    connected(place, scenario)


def test_no_statement_is_recorded_outside_a_block(place: Place) -> None:
    async def scenario(connection: NotingConnection) -> None:
        with noting() as made:
            pass
        assert await connection.fetchval("SELECT 7") == 7
        assert made == noted() == []

    connected(place, scenario)


def test_a_failed_statement_is_recorded_as_failed(place: Place) -> None:
    async def scenario(connection: NotingConnection) -> None:
        with noting() as made:
            with pytest.raises(asyncpg.UndefinedTableError):
                await connection.fetch("SELECT * FROM nowhere")
            assert await connection.fetchval("SELECT 7") == 7
        assert [statement.failed for statement in made] == [True, False]

    connected(place, scenario)


def test_the_duration_of_a_statement_is_in_milliseconds(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(connection: NotingConnection) -> None:
        ticks = count(5.0, 0.25)
        monkeypatch.setattr(time, "perf_counter", lambda: next(ticks))
        with noting() as made:
            await connection.execute("SELECT 1")
        monkeypatch.undo()
        assert [statement.milliseconds for statement in made] == [250]

    connected(place, scenario)


def made_up(module: str, name: str, path: Path, calls: Any) -> Any:
    """A function of a module that does not exist, which calls another in its second line."""
    space: dict[str, Any] = {"__name__": module, "calls": calls}
    exec(compile(f"async def {name}():\n    await calls()\n", str(path), "exec"), space)  # noqa: S102 - the line above
    return space[name]


SOURCES = {
    # The chain of calls, the last of which calls the database, and the one that the statement is attributed to.
    "a module": ([("phoenix.app", "app"), ("phoenix.modules.notes.queries", "asks"), ("phoenix.kernel.data.database", "reads")], "asks"),
    "the innermost module": (
        [("phoenix.modules.a", "outer"), ("phoenix.modules.b", "inner"), ("phoenix.kernel.web.call", "reads")],
        "inner",
    ),
    "the kernel": ([("phoenix.app", "app"), ("phoenix.kernel.web.outer", "outer"), ("phoenix.kernel.web.reader", "finds")], "finds"),
    "the kernel rather than its data layer": (
        [("phoenix.app", "app"), ("phoenix.kernel.web.reader", "finds"), ("phoenix.kernel.data.query", "q")],
        "finds",
    ),
    "a module that calls through a library": (
        [("phoenix.app", "app"), ("phoenix.modules.notes", "asks"), ("asyncio.tasks", "runs")],
        "asks",
    ),
    "neither a module nor the kernel": (
        [("tests.modules", "outside"), ("phoenix.app", "app"), ("phoenix.kernel.data.database", "reads")],
        "",
    ),
}


@pytest.mark.parametrize("who", SOURCES)
def test_a_statement_is_attributed_to_the_module_or_else_to_the_kernel(place: Place, who: str) -> None:
    frames, expected = SOURCES[who]

    async def scenario(connection: NotingConnection) -> None:
        asks: Any = partial(connection.execute, "SELECT 1")
        for module, function in reversed(frames):
            asks = made_up(module, function, CODE / f"{function}.py", asks)
        with noting() as made:
            await asks()
        assert [statement.where for statement in made] == [f"{expected}.py:2" if expected else "phoenix"]

    connected(place, scenario)


def test_a_statement_is_never_attributed_to_an_installed_library(place: Place) -> None:
    async def scenario(connection: NotingConnection) -> None:
        runs = made_up("some_library", "runs", Path("/x/site-packages/some_library/runs.py"), partial(connection.execute, "SELECT 1"))
        with noting() as made:
            await runs()
        assert {statement.where.rpartition(":")[0] for statement in made} == {__file__}

    connected(place, scenario)
