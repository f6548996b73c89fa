"""S10: the application cannot change the audit log, and changes by anyone else are detected."""

from __future__ import annotations

import asyncio
import re

import asyncpg
import pytest
from tests.harness import Harness
from tests.modules.audit.log import filled, tamper

from phoenix.kernel.errors import PhoenixError
from phoenix.modules.audit import queries
from phoenix.modules.audit.actions import chain, verify
from phoenix.modules.audit.actions.state import BEFORE_THE_FIRST
from phoenix.modules.audit.commands import sign_audit_log, verify_audit_log

TAMPERED = {
    "a changed actor": (["UPDATE audit_log SET actor_id = 'acc_other' WHERE number = 4"], 4),
    "a removed actor": (["UPDATE audit_log SET actor_id = NULL WHERE number = 4"], 4),
    "an impersonator added": (["UPDATE audit_log SET impersonator_id = 'acc_other' WHERE number = 4"], 4),
    "a changed action": (["UPDATE audit_log SET action = 'entries.deleted' WHERE number = 2"], 2),
    "a changed subject": (["UPDATE audit_log SET subject = 'ent_other' WHERE number = 2"], 2),
    "a changed organisation": (["UPDATE audit_log SET organisation_id = NULL WHERE number = 2"], 2),
    "changed data": (['UPDATE audit_log SET data = data || \'{"title": "other"}\' WHERE number = 3'], 3),
    "a time changed by a microsecond": (["UPDATE audit_log SET at = at + interval '1 microsecond' WHERE number = 1"], 1),
    "another event": (["UPDATE audit_log SET event_id = 'evt_other' WHERE number = 1"], 1),
    "a changed last row": (["UPDATE audit_log SET subject = 'ent_other' WHERE number = 6"], 6),
    "a changed hash": (["UPDATE audit_log SET hash = previous_hash WHERE number = 3"], 3),
    "a removed row": (["DELETE FROM audit_log WHERE number = 3"], 3),
    "a removed first row": (["DELETE FROM audit_log WHERE number = 1"], 1),
    "a removed row, with the others renumbered": (
        ["DELETE FROM audit_log WHERE number = 3", "UPDATE audit_log SET number = number - 1 WHERE number > 3"],
        3,
    ),
    "two rows swapped": (
        [
            "UPDATE audit_log SET number = 100 WHERE number = 2",
            "UPDATE audit_log SET number = 2 WHERE number = 3",
            "UPDATE audit_log SET number = 3 WHERE number = 100",
        ],
        2,
    ),
    "a truncated end": (["DELETE FROM audit_log WHERE number > 4"], 5),
    "all rows removed": (["DELETE FROM audit_log"], 1),
    "all rows and the head removed": (["DELETE FROM audit_log", "DELETE FROM audit_head"], None),
    "a truncated end, with an unsigned head": (
        [
            "DELETE FROM audit_log WHERE number > 4",
            "UPDATE audit_head SET number = 4, hash = (SELECT hash FROM audit_log WHERE number = 4)",
        ],
        None,
    ),
    "a row appended": (
        [
            """INSERT INTO audit_log SELECT number + 1, at, actor_id, impersonator_id, action, subject, organisation_id, data, 'evt_new', hash, hash
                 FROM audit_log WHERE number = 6"""
        ],
        7,
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_changed_row_is_detected(harness: Harness, what: str) -> None:
    async def run() -> None:
        async with harness:
            await filled(harness)
            statements, number = TAMPERED[what]
            await tamper(harness, *statements)
            with pytest.raises(PhoenixError) as broken:
                await verify_audit_log(harness.runtime)
            found = re.match(r"Row (\d+) ", broken.value.detail)
            assert (int(found[1]) if found else None) == number, broken.value.detail

    asyncio.run(run())


def test_a_change_with_recomputed_hashes_is_detected_by_the_signature(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await filled(harness)
            async with harness.runtime.database.reader() as db:
                rows = await db.all(queries.ROWS, 0, 100)
            previous, statements = BEFORE_THE_FIRST, []
            for row in rows:
                changed = queries.AuditRow(
                    row.number, row.at, "acc_other", row.impersonator, row.action, row.subject, row.organisation, row.data, row.event, previous, b""
                )  # fmt: skip
                hashed = chain.hash_of(changed)
                hashes = f"previous_hash = '\\x{previous.hex()}', hash = '\\x{hashed.hex()}'"
                statements.append(f"UPDATE audit_log SET actor_id = 'acc_other', {hashes} WHERE number = {row.number}")  # noqa: S608
                previous = hashed
            await tamper(harness, *statements)
            assert (await verify.check(harness.runtime)).fault == "Row 6 was changed."

    asyncio.run(run())


def test_a_log_restored_to_an_earlier_state_is_detected_from_the_events(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await filled(harness)
            await harness.sql("CREATE TABLE kept AS SELECT * FROM audit_head")
            await harness.post("/api/v2/entries", by="ada", json={"organisation": harness.organisations["ember"], "title": "t"})
            await harness.follow()
            await tamper(
                harness,
                "DELETE FROM audit_log WHERE number > 6",
                "UPDATE audit_head h SET number = k.number, hash = k.hash, signed = k.signed FROM kept k",
            )
            assert (await verify.check(harness.runtime)).fault == "Row 7 is missing: the end of the log was cut off."

    asyncio.run(run())


REFUSED = [
    "UPDATE audit_log SET actor_id = NULL",
    "DELETE FROM audit_log",
    "TRUNCATE audit_log",
    "ALTER TABLE audit_log DISABLE TRIGGER ALL",
    "DROP TABLE audit_log",
    "DELETE FROM audit_head",
    "TRUNCATE audit_head",
    "UPDATE alembic_version SET version_num = 'x'",
    "CREATE TABLE mine (x int)",
    "CREATE ROLE mine",
    "SET session_replication_role = replica",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_the_application_cannot_change_the_audit_log(harness: Harness, statement: str) -> None:
    async def run() -> None:
        async with harness:
            await filled(harness, 2)
            connection = await asyncpg.connect(harness.place.database)
            try:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
            finally:
                await connection.close()

    asyncio.run(run())


@pytest.mark.parametrize("statement", REFUSED[:3])
def test_the_table_owner_cannot_change_the_audit_log_by_accident(harness: Harness, statement: str) -> None:
    async def run() -> None:
        async with harness:
            await filled(harness, 2)
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
                await harness.sql(statement)

    asyncio.run(run())


@pytest.mark.parametrize(
    "statements",
    [
        [
            "DELETE FROM audit_log WHERE number > 4",
            "UPDATE audit_head SET number = 4, hash = (SELECT hash FROM audit_log WHERE number = 4)",
        ],
        ["DELETE FROM audit_log WHERE number > 4"],
        ["DELETE FROM audit_log", "DELETE FROM audit_head"],
        [
            "DELETE FROM audit_log WHERE number > 3",
            "UPDATE audit_head h SET number = k.number, hash = k.hash, signed = k.signed FROM kept k",
        ],
    ],
)
def test_a_truncated_log_is_not_extended_until_an_operator_signs_it(harness: Harness, statements: list[str]) -> None:
    """Appending would sign the shortened log, and nobody could detect the change."""

    async def run() -> None:
        async with harness:
            await filled(harness, 3)
            await harness.sql("CREATE TABLE kept AS SELECT * FROM audit_head")
            for _number in range(3):
                await harness.post("/api/v2/entries", by="ada", json={"organisation": harness.organisations["ember"], "title": "t"})
            await harness.follow()
            await tamper(harness, *statements)
            await harness.post("/api/v2/entries", by="ada", json={"organisation": harness.organisations["ember"], "title": "the next"})
            with pytest.raises(PhoenixError):
                await harness.follow()
            assert (await verify.check(harness.runtime)).fault != ""
            assert "is now the signed end" in await sign_audit_log(harness.runtime)
            await harness.follow()
            assert (await verify.check(harness.runtime)).fault == ""
            events = await harness.sql("SELECT id FROM events")
            assert {row["event_id"] for row in await harness.sql("SELECT event_id FROM audit_log")} == {row["id"] for row in events}
            assert len(await harness.sql("SELECT 1 FROM audit_log WHERE action = 'audit.signed'")) == 1

    asyncio.run(run())
