"""What works once is given back when the act is refused, and what must stay, stays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from tests.harness import Harness

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.query import Query, command, query
from phoenix.modules.entries.events import EntryChanged

USE: Query[int] = query(int, "UPDATE things SET used = true WHERE id = $1 AND NOT used RETURNING 1")
COUNT = command("UPDATE things SET tries = tries + 1 WHERE id = $1")
THINGS = "CREATE TABLE things (id text PRIMARY KEY, used boolean DEFAULT false, tries integer DEFAULT 0)"
GRANT = "GRANT ALL ON things TO PUBLIC"


class RefusedError(Exception):
    """An ordinary refusal."""


class CountedError(RefusedError):
    keeps_changes = True


class ContinuedError(CountedError):
    keeps_spent = True


def happened(tx: Transaction, subject: str, after: list[str]) -> None:
    tx.record(EntryChanged(organisation="org_1", subject=subject, title="t"))
    tx.after_commit.append(lambda: after.append(subject))


async def act(tx: Transaction, after: list[str]) -> list[int | None]:
    """Count a try, use two things up, one of which was used before, and count again."""
    await tx.execute(COUNT, "a")
    happened(tx, "before", after)
    spent = [await tx.spend(USE, "used"), await tx.spend(USE, "a"), await tx.spend(USE, "b")]
    await tx.execute(COUNT, "b")
    happened(tx, "since", after)
    return spent


BOTH, FIRST = ["before", "since"], ["before"]
CASES: list[tuple[type[RefusedError] | None, dict[str, tuple[bool, int]], list[str]]] = [
    (None, {"a": (True, 1), "b": (True, 1)}, BOTH),
    (RefusedError, {"a": (False, 0), "b": (False, 0)}, []),
    (CountedError, {"a": (False, 1), "b": (False, 0)}, FIRST),
    (ContinuedError, {"a": (True, 1), "b": (True, 1)}, BOTH),
]


@pytest.mark.parametrize(("error", "left", "told"), CASES, ids=lambda case: getattr(case, "__name__", ""))
def test_what_is_left_after(harness: Harness, error: type[RefusedError] | None, left: dict[str, tuple[bool, int]], told: list[str]) -> None:
    after: list[str] = []

    async def attempt(then: Callable[[], None]) -> None:
        async with harness.runtime.database.transaction() as tx:
            assert await act(tx, after) == [None, 1, 1]
            then()

    def refuse() -> None:
        if error is not None:
            raise error

    async def run() -> None:
        async with harness:
            await harness.sql(THINGS)
            await harness.sql(GRANT)
            await harness.sql("INSERT INTO things VALUES ('a', false), ('b', false), ('used', true)")
            if error is None:
                await attempt(refuse)
            else:
                with pytest.raises(error):
                    await attempt(refuse)
            rows = await harness.sql("SELECT id, used, tries FROM things WHERE id <> 'used'")
            assert {row["id"]: (row["used"], row["tries"]) for row in rows} == left
            assert after == told
            assert [row["subject"] for row in await harness.sql("SELECT subject FROM events ORDER BY number")] == told

    asyncio.run(run())


def test_a_try_that_found_nothing_to_use_gives_nothing_back(harness: Harness) -> None:
    async def attempt() -> None:
        async with harness.runtime.database.transaction() as tx:
            assert await tx.spend(USE, "nothing") is None
            await tx.execute(COUNT, "a")
            raise CountedError

    async def run() -> None:
        async with harness:
            await harness.sql(THINGS)
            await harness.sql(GRANT)
            await harness.sql("INSERT INTO things VALUES ('a')")
            with pytest.raises(CountedError):
                await attempt()
            assert [row["tries"] for row in await harness.sql("SELECT tries FROM things")] == [1]

    asyncio.run(run())
