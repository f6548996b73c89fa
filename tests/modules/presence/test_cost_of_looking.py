"""Who is here costs the database as much as there are people here, and not the square of that; a process that ends takes back what it said."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from tests.harness import Harness
from tests.modules.presence.test_n3_presence import here

from phoenix.kernel.data.connect import set_codecs
from phoenix.modules.presence import queries
from phoenix.modules.presence.actions.report import report

PEOPLE = 2_000
# As it was once: where there were many more people, the list of all accounts was looked through for each row.
SLOW = """
    SELECT m.organisation_id AS organisation, count(*) AS count
      FROM (SELECT DISTINCT unnest(accounts) AS account FROM present WHERE until > $1) AS p
      JOIN memberships m ON m.account_id = p.account
     WHERE m.organisation_id IN (SELECT organisation_id FROM memberships WHERE account_id = ANY($2::text[]))
     GROUP BY m.organisation_id
"""


async def crowd(harness: Harness, of_one: int) -> list[str]:
    """So many people as above, in organisations of `of_one`, copied from the first."""
    organisation = await harness.organisation("ember", ada="owner", bo="member")
    copied = {
        "accounts": ("id", harness.people["bo"].id, {"id": "'acc_' || lpad(g::text, 26, '0')", "email": "'p' || g || '@example.com'", "email_key": "'p' || g || '@example.com'"}),
        "organisations": ("id", organisation, {"id": "'org_' || lpad(g::text, 26, '0')", "slug": "'o' || g"}),
        "memberships": ("account_id", harness.people["bo"].id, {"organisation_id": f"'org_' || lpad((1 + (g - 1) / {of_one})::text, 26, '0')", "account_id": "'acc_' || lpad(g::text, 26, '0')"}),
    }  # fmt: skip
    for table, (key, of, changed) in copied.items():
        rows = await harness.sql(
            "SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1 AND table_schema = 'public' AND is_generated = 'NEVER'",
            table,
        )
        names = [row["name"] for row in rows]
        values = ", ".join(changed.get(name, f"t.{name}") for name in names)
        sql = f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} t, generate_series(1, {PEOPLE}) g WHERE t.{key} = $1"  # noqa: S608 - made of names of the schema
        await harness.sql(sql, of)
    await harness.sql("ANALYZE")
    return [row["id"] for row in await harness.sql("SELECT id FROM accounts WHERE id LIKE 'acc_0000%' ORDER BY id")]


async def plan(harness: Harness, sql: str, accounts: list[str], mode: str) -> Any:
    """How the statement was run."""
    connection = await asyncpg.connect(harness.place.owner or harness.place.database)
    try:
        await set_codecs(connection)
        await connection.execute(f"SET plan_cache_mode = {mode}")
        (row,) = await connection.fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", harness.clock.now(), accounts)
        return row[0][0]["Plan"]
    finally:
        await connection.close()


def looked_at(node: Any) -> Iterator[tuple[str, float]]:
    """How many rows each node of a plan looked at, counting that a list in its condition can be looked through for each of them."""
    removed = sum(value for key, value in node.items() if key.startswith("Rows Removed by"))
    conditions = " ".join(str(value) for key, value in node.items() if key.endswith(("Cond", "Filter")))
    long_list = PEOPLE if "ANY (" in conditions else 1
    yield node["Node Type"], (node["Actual Rows"] + removed + 1) * node["Actual Loops"] * long_list
    for inner in node.get("Plans", ()):
        yield from looked_at(inner)


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("of_one", [1, 50, PEOPLE])
def test_nobody_is_looked_for_among_all_for_each_who_is_here(harness: Harness, of_one: int, mode: str) -> None:
    async def run() -> None:
        async with harness:
            everyone = await crowd(harness, of_one)
            assert len(everyone) == PEOPLE
            said = await report(harness.runtime, "one", frozenset(everyone))
            assert len(said) == PEOPLE // of_one
            found = list(looked_at(await plan(harness, queries.HERE_AROUND.sql, everyone, mode)))
            assert max(rows for _node, rows in found) <= 10 * PEOPLE, found

    asyncio.run(run())


def test_a_list_that_can_be_looked_through_for_each_row_is_noticed(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            everyone = await crowd(harness, 50)
            await report(harness.runtime, "one", frozenset(everyone))
            found = list(looked_at(await plan(harness, SLOW, everyone, "force_custom_plan")))
            assert max(rows for _node, rows in found) > 100 * PEOPLE, found

    asyncio.run(run())


def test_a_process_that_ends_takes_back_what_it_said(harness: Harness) -> None:
    """So nobody is shown for longer than they are here, as after a restart."""

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await report(harness.runtime, "one", frozenset({harness.people["bo"].id}))
            assert await here(harness) == {"Bo"}
        async with harness:
            assert await harness.sql("SELECT process FROM present") == []
            assert await here(harness) == set()

    asyncio.run(run())
