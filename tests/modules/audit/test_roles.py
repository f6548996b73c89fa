"""What the roles of the database can do with what was recorded: append, and erase through functions that do only that."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest
from tests.harness import Harness
from tests.modules.audit.log import WROTE, filled, locked, mentions

CHANGES: list[tuple[str, list[Any]]] = [
    ("UPDATE events SET kind = 'entries.deleted'", []),
    ("DELETE FROM events", []),
    ("TRUNCATE events", []),
    ("SET phoenix.maintenance = 'on'; DELETE FROM events", []),
    ("SET phoenix.maintenance = 'on'; UPDATE audit_log SET actor_id = NULL", []),
    ("DELETE FROM audit_texts", []),
    ("UPDATE audit_texts SET text = 'other'", []),
    ("DELETE FROM audit_state", []),
    ("SELECT replace_texts_of_audit_log($1, $2, $3, $4)", [[2], [{"reason": {"sha256": "00"}}], [b"1"], [b"2"]]),
    ("SELECT replace_texts_of_audit_log($1, $2, $3, $4)", [[2], [{}], [b"1"], [b"2"]]),
]


@pytest.mark.parametrize(("statement", "arguments"), CHANGES)
def test_the_application_cannot_change_what_was_recorded(harness: Harness, statement: str, arguments: list[Any]) -> None:
    async def run() -> None:
        async with harness:
            await locked(harness)
            async with harness.runtime.database.reader() as db:
                connection = await db.connection()
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement, *arguments)

    asyncio.run(run())


def test_functions_of_erasure_can_empty_texts_and_nothing_else(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await locked(harness)
            async with harness.runtime.database.reader() as db:
                connection = await db.connection()
                # Zora is not erased.
                assert await connection.fetchval("SELECT erase_texts_of_account($1, 100)", harness.people["zora"].id) == 0
                assert await connection.fetchval("SELECT empty_texts_of_events($1, $2)", [1], ["minutes", "nothing"]) == 0
            assert await mentions(harness, WROTE) == {"events": 1, "audit_texts": 1}
            counted = """INSERT INTO events (id, kind, data, occurred_at) VALUES ('evt_x', 'entries.posted', '{"title": 3, "excerpt": "x"}', now())"""
            (event,) = await harness.sql(f"{counted} RETURNING number")
            async with harness.runtime.database.reader() as db:
                connection = await db.connection()
                assert await connection.fetchval("SELECT empty_texts_of_events($1, $2)", [event["number"]], ["title", "excerpt"]) == 1
            (left,) = await harness.sql("SELECT data FROM events WHERE id = 'evt_x'")
            assert left["data"] == {"title": 3, "excerpt": ""}

    asyncio.run(run())


def test_the_owner_of_the_tables_cannot_change_events_by_accident(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await filled(harness, 1)
            for statement in ("UPDATE events SET kind = 'x'", "DELETE FROM events", "TRUNCATE events"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
                    await harness.sql(statement)

    asyncio.run(run())
