"""Every named query on tables that have grown: it reads by an index, and sorts no more than a page."""

from __future__ import annotations

import asyncio
import os
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import asyncpg
import pytest

from phoenix.kernel.data.connect import set_codecs
from tests.conftest import TEMPLATE, database_url
from tests.filled import fill
from tests.source import QUERIES
from tests.test_sql import lists

# `make test-long` asks for more.
ROWS = int(os.environ.get("PHOENIX_TEST_ROWS", "100000"))
# A table of fewer rows is read at once anyway.
LARGE = ROWS // 10
# What is planned is estimated by a sample, so a page of 1,000 can look a little larger.
PAGE = 1200
NOW = datetime(2026, 6, 1, tzinfo=UTC)
ARGUMENTS: dict[str, Any] = {
    "text": "accounts_5", "text[]": ["accounts_5"], "int8": ROWS // 2, "int8[]": [5], "int4": 50, "int4[]": [1], "int2": 1, "bool": True, "bool[]": [True], "bytea": b"5", "bytea[]": [b"5"],
    "jsonb": {}, "jsonb[]": [{}], "timestamptz": NOW, "time": time(22), "timestamptz[]": [NOW], "interval": timedelta(days=1), "float8": 1.0, "float8[]": [1.0],
}  # fmt: skip
# What is meant to look at all of a table, and why that may take long.
WHOLE = {
    "phoenix.modules.admin.queries.access.FOUND": "read when staff review access, a few times a year",
    "phoenix.modules.organisations.queries.owners.WITHOUT_OWNER": "a nightly probe of every organisation, in a job",
}
# A follower that is far behind.
BEHIND = {"phoenix.kernel.data.followers.AFTER": [5, 5, 200]}


@pytest.fixture(scope="module")
def filled(postgres: str) -> Iterator[str]:
    """A database in which every table that grows has grown; nothing is written to it."""
    name = f"filled_{uuid.uuid4().hex[:8]}"

    async def make() -> None:
        connection = await asyncpg.connect(postgres)
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        await connection.close()
        await fill(database_url(postgres, name), ROWS)

    async def drop() -> None:
        connection = await asyncpg.connect(postgres)
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()

    asyncio.run(make())
    yield database_url(postgres, name)
    asyncio.run(drop())


def test_every_query_reads_by_an_index_and_sorts_no_more_than_a_page(filled: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(filled)
        await set_codecs(connection)
        declared = {name: list(one.arguments) for name, one in lists().items()} | BEHIND
        found = []
        try:
            sizes = dict(await connection.fetch("SELECT relname, reltuples::bigint FROM pg_class WHERE relkind = 'r'"))
            for name, query in QUERIES.items():
                if query.sql.lstrip().startswith("LOCK") or name in WHOLE:
                    continue
                prepared = await connection.prepare(query.sql)
                arguments = declared.get(name) or [
                    51 if re.search(rf"LIMIT \${number}\b", query.sql) else ARGUMENTS[kind.name]
                    for number, kind in enumerate(prepared.get_parameters(), 1)
                ]
                rows = await connection.fetch(f"EXPLAIN (FORMAT JSON) {query.sql}", *arguments)
                found += [f"{name}: {fault}" for fault in sorted(set(faults(rows[0][0][0]["Plan"], sizes)))]
        finally:
            await connection.close()
        assert found == [], "\n".join(found)

    asyncio.run(run())


def faults(plan: Any, sizes: dict[str, int]) -> Iterator[str]:
    """What in a plan takes longer the more rows there are."""
    # An EXISTS without a condition ends at the first row.
    ends_at_once = plan.get("Parent Relationship") == "InitPlan" and "Filter" not in plan
    if plan["Node Type"] == "Seq Scan" and sizes.get(plan["Relation Name"], 0) > LARGE and not ends_at_once:
        yield f"reads {plan['Relation Name']} from end to end"
    if plan["Node Type"] == "Sort" and plan["Plan Rows"] > PAGE:
        yield f"sorts {plan['Plan Rows']} rows"
    for inner in plan.get("Plans", ()):
        yield from faults(inner, sizes)
