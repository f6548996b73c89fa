"""Every statement fits the schema, and every list is declared."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import asyncpg

from phoenix.composition import MODULES, REGISTRY
from phoenix.kernel.data.connect import set_codecs
from phoenix.kernel.data.listed import Listed
from phoenix.kernel.data.query import Query, RowMismatchError
from phoenix.kernel.module import ListQuery
from phoenix.kernel.registry.happened import texts_statement
from phoenix.modules.accounts.actions import credentials
from phoenix.modules.dashboard.queries import statement
from phoenix.modules.sessions.queries import record_queries
from phoenix.modules.welcome.queries import statement as checklist_statement
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
                "checklist": Query(lambda *columns: columns, checklist_statement(REGISTRY.welcome)),
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
    declared = [one for module in MODULES for one in module.lists]
    plans = [ListQuery(plan.query, plan.arguments) for one in declared if isinstance(one, Listed) for plan in one.plans()]
    return {named[id(one.query)]: one for one in [*(one for one in declared if isinstance(one, ListQuery)), *plans]}


def test_every_list_is_declared() -> None:
    """A module's query with a LIMIT parameter is a list, and its plan is tested."""
    paged = {name for name, query in QUERIES.items() if re.search(r"LIMIT \$\d", query.sql) and name.startswith("phoenix.modules.")}
    assert paged <= set(lists())
