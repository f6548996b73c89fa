"""Every statement fits the schema, and every list is read by an index."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import asyncpg

from phoenix.composition import MODULES, REGISTRY
from phoenix.kernel.data.database import set_codecs
from phoenix.kernel.data.query import Query, RowMismatchError
from phoenix.kernel.module import ListQuery
from phoenix.modules.accounts.actions import credentials
from phoenix.modules.dashboard.queries import statement
from phoenix.modules.feed.queries import texts_statement
from phoenix.modules.sessions.queries import record_queries
from tests.harness import Place
from tests.source import QUERIES


def test_every_query_fits_the_schema_and_its_row_type(place: Place) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(place.owner)
        await set_codecs(connection)
        try:
            assert len(QUERIES) > 50
            records = record_queries(REGISTRY.credentials)
            texts = {
                **QUERIES,
                "dashboard": Query(lambda *columns: columns, statement(REGISTRY.cards)),
                "session by token": records.by_token,
                "session by id": records.by_id,
                **feed_texts(),
                "sign-in methods": credentials.statement(REGISTRY.credentials),
            }
            wrong = []
            for name, query in texts.items():
                prepared = await connection.prepare(query.sql)
                columns = tuple(attribute.name for attribute in prepared.get_attributes())
                try:
                    query.matched(columns)
                except RowMismatchError as error:
                    wrong.append(f"{name}: {error}")
            assert not wrong, "\n".join(wrong)
        finally:
            await connection.close()

    asyncio.run(run())


def feed_texts() -> dict[str, Query[Any]]:
    """The statement for what people wrote about events, where a module declares any."""
    kinds = [kind for kind in REGISTRY.events.values() if kind.texts]
    return {"texts of events": texts_statement(kinds)} if kinds else {}


def lists() -> dict[str, ListQuery]:
    """The queries that give a page of a list, by name, as their modules declare them."""
    named = {id(query): name for name, query in QUERIES.items()}
    return {named[id(one.query)]: one for module in MODULES for one in module.lists}


def test_every_list_is_declared() -> None:
    """A module's query with a LIMIT parameter is a list, and its plan is tested."""
    paged = {name for name, query in QUERIES.items() if re.search(r"LIMIT \$\d", query.sql) and name.startswith("phoenix.modules.")}
    assert paged <= set(lists())


def whole_tables(plan: Any, sizes: dict[str, int]) -> Iterator[str]:
    """The tables of more than 10,000 rows that a plan reads from end to end."""
    if plan["Node Type"] == "Seq Scan" and sizes.get(plan["Relation Name"], 0) > 10_000:
        yield plan["Relation Name"]
    for inner in plan.get("Plans", ()):
        yield from whole_tables(inner, sizes)


def test_lists_use_an_index_on_100_000_rows(place: Place) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(place.owner)
        await set_codecs(connection)
        try:
            await connection.execute(SEED)
            sizes = dict(await connection.fetch("SELECT relname, reltuples::bigint FROM pg_class WHERE relkind = 'r'"))
            assert min(sizes[table] for table in ("entries", "events", "audit_log")) > 90_000
            for name, declared in lists().items():
                rows = await connection.fetch(f"EXPLAIN (FORMAT JSON) {declared.query.sql}", *declared.arguments)
                plan = rows[0][0][0]["Plan"]
                assert list(whole_tables(plan, sizes)) == [], f"{name}: {json.dumps(plan)}"
                assert plan["Total Cost"] < 2000, f"{name} costs {plan['Total Cost']}"
        finally:
            await connection.close()

    asyncio.run(run())


SEED = """
    INSERT INTO accounts (id, email, email_key, name, password_hash, time_zone, locale, email_verified_at, terms_accepted_at, created_at, updated_at)
    SELECT 'acc_' || n, n || '@example.com', n || '@example.com', 'n', '!', 'UTC', 'en', now(), now(), now(), now() FROM generate_series(1, 2000) n;
    INSERT INTO organisations (id, slug, name, created_at, updated_at) SELECT 'org_' || n, 'o' || n, 'n', now(), now() FROM generate_series(0, 99) n;
    INSERT INTO memberships (organisation_id, account_id, role, joined_at)
    SELECT 'org_' || (n % 100), 'acc_' || n, 'member', now() FROM generate_series(1, 2000) n;
    INSERT INTO entries (id, organisation_id, author_id, title, body, occurred_at, time_zone, created_at, updated_at)
    SELECT 'ent_' || n, 'org_' || (n % 100), 'acc_' || (n % 2000 + 1), 't', 'b', now() - n * interval '1 minute', 'UTC', now(), now()
      FROM generate_series(1, 100000) n;
    INSERT INTO events (id, kind, organisation_id, actor_id, subject, data, occurred_at)
    SELECT 'evt_' || n, 'entries.posted', 'org_' || (n % 100), 'acc_1', 'ent_' || n, '{}', now() FROM generate_series(1, 100000) n;
    INSERT INTO audit_log (number, at, actor_id, action, subject, data, event_id, previous_hash, hash)
    SELECT n, now(), 'acc_' || (n % 2000), 'entries.posted', 'ent_' || n, '{}', 'evt_' || n, '\\x00', '\\x00' FROM generate_series(1, 100000) n;
    ANALYZE;
"""
