"""Functions of the owner do what tables permit that the application's role cannot write, whatever they are asked for."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from tests.harness import Harness, Place
from tests.logs import logging_of
from tests.modules.audit.log import WROTE, locked
from tests.permitted import permit

from phoenix.operations.grants import grant, role_of
from phoenix.operations.permit import RETENTION, permit_retention
from phoenix.operations.up import start
from phoenix.operations.up.progress import Progress
from phoenix.settings import InstallationSettings, LogSettings, read_settings

# Each function that runs with the rights of the owner, and the tables that say what it may do. A trigger is called by no one.
CHECKS: dict[str, tuple[str, ...]] = {
    "count_entries": (),
    "count_members": (),
    "empty_texts_of_events": ("permitted_texts",),
    "erase_texts_of_account": ("accounts", "permitted_texts"),
    "erase_texts_of_organisation": ("organisations", "permitted_texts"),
    "replace_texts_of_audit_log": ("audit_texts", "permitted_texts"),
    "trim_audit_log": ("audit_archives", "permitted_retention"),
    "trim_events": ("event_followers", "permitted_retention"),
}
FUNCTIONS = """
    SELECT proname AS name, prosrc AS source, coalesce(proconfig, '{}') AS settings, prorettype = 'trigger'::regtype AS is_trigger FROM pg_proc
     WHERE prosecdef AND pronamespace = 'public'::regnamespace
"""
OLD = """
    INSERT INTO events (id, kind, actor_id, subject, data, occurred_at)
    SELECT 'evt_' || $1 || n, 'admin.account_locked', 'acc_a', 'acc_x', '{"reason": "Wrote this", "minutes": "5"}', now() - $2::interval - (50 - n) * interval '1 second'
      FROM generate_series(1, $3) n
"""
RECORDED = ("events", "audit_log", "audit_texts", "audit_archives", "permitted_retention", "permitted_texts")


def test_every_function_of_the_owner_is_listed_with_what_it_checks_and_finds_only_our_tables(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            found = await harness.sql(FUNCTIONS)
        assert {row["name"] for row in found} == set(CHECKS)
        for row in found:
            assert "search_path=pg_catalog, public, pg_temp" in row["settings"], row["name"]
            assert row["is_trigger"] is (CHECKS[row["name"]] == ())
            for table in CHECKS[row["name"]]:
                assert f"FROM {table}" in row["source"] or f"JOIN {table}" in row["source"], f"{row['name']} does not look at {table}"

    asyncio.run(run())


def test_what_runs_as_the_owner_is_open_to_nobody_else_and_triggers_only_to_their_tables(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await grant(harness.place.owner, role_of(harness.place.database))
            (me,) = await _read(
                harness, "SELECT current_user AS name, has_database_privilege(current_database(), 'TEMPORARY') AS temporary"
            )
            assert me["temporary"] is False
            rights = await _read(
                harness,
                "SELECT p.proname AS name, prorettype = 'trigger'::regtype AS is_trigger, has_function_privilege(oid, 'EXECUTE') AS mine,"
                " (SELECT count(*) FROM aclexplode(proacl) WHERE grantee = 0) AS of_everyone, proacl IS NULL AS by_default, prosrc AS source"
                " FROM pg_proc p WHERE prosecdef AND pronamespace = 'public'::regnamespace",
            )
            assert {row["name"] for row in rights} == set(CHECKS)
            for row in rights:
                assert (row["mine"], row["of_everyone"], row["by_default"]) == (not row["is_trigger"], 0, False), row["name"]
                assert "TG_RELID" in row["source"] or not row["is_trigger"], row["name"]

    asyncio.run(run())


async def _read(harness: Harness, sql: str) -> list[asyncpg.Record]:
    """Rows that the application's role reads."""
    async with harness.runtime.database.reader() as db:
        return await (await db.connection()).fetch(sql)  # type: ignore[no-any-return]


async def _recorded(harness: Harness) -> list[Any]:
    return [[tuple(row) for row in await harness.sql(f"SELECT * FROM {table} ORDER BY 1, 2")] for table in RECORDED]  # noqa: S608 - our own names


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT trim_events(now() - interval '59 days', 1000)",
        "SELECT trim_events('infinity', 1000)",
        "SELECT trim_events(NULL, 1000)",
        "SELECT empty_texts_of_events(ARRAY(SELECT number FROM events), ARRAY['reason'])",
        "SELECT empty_texts_of_events(ARRAY(SELECT number FROM events), ARRAY['minutes', 'title'])",
        # The last archived row has another hash; the end is no row of the log; a row of the last month.
        "WITH a AS (INSERT INTO audit_archives VALUES (5, 1, 'x', 'y', 'f', now(), 's')) SELECT 1; SELECT trim_audit_log(1000)",
        "INSERT INTO audit_archives VALUES (500, 1, 'x', 'y', 'f', now(), 's'); SELECT trim_audit_log(1000)",
        "INSERT INTO audit_archives SELECT number, 1, 'x', hash, 'f', now(), 's' FROM audit_log WHERE number = 15; SELECT trim_audit_log(1000)",
        # It leaves out the first rows.
        "INSERT INTO audit_archives SELECT number, 3, 'x', hash, 'f', now(), 's' FROM audit_log WHERE number = 5; SELECT trim_audit_log(1000)",
        # A field that is no text; a text by nothing; a row that follows nothing.
        'SELECT replace_texts_of_audit_log(ARRAY[2], ARRAY[(SELECT data || \'{"minutes": ""}\' FROM audit_log WHERE number = 2)], ARRAY(SELECT previous_hash FROM audit_log WHERE number = 2), ARRAY(SELECT hash FROM audit_log WHERE number = 2))',
        'SELECT replace_texts_of_audit_log(ARRAY[2], ARRAY[(SELECT data || \'{"reason": ""}\' FROM audit_log WHERE number = 2)], ARRAY(SELECT previous_hash FROM audit_log WHERE number = 2), ARRAY(SELECT hash FROM audit_log WHERE number = 2))',
        "SELECT replace_texts_of_audit_log(ARRAY[2], ARRAY[(SELECT data FROM audit_log WHERE number = 2)], ARRAY['x'::bytea], ARRAY['y'::bytea])",
        # Another hash for the last row, and for the one that the first row follows.
        "SELECT replace_texts_of_audit_log(ARRAY[number], ARRAY[data], ARRAY[previous_hash], ARRAY['y'::bytea]) FROM (SELECT * FROM audit_log ORDER BY number DESC LIMIT 1) AS l",
        "SELECT replace_texts_of_audit_log(ARRAY[number], ARRAY[data], ARRAY['x'::bytea], ARRAY[hash]) FROM (SELECT * FROM audit_log ORDER BY number LIMIT 1) AS l",
        # Types, functions and tables of one's own, with which a trigger's function would run what one likes.
        "CREATE TYPE pg_temp.evil AS ENUM ('x')",
        "CREATE TEMPORARY TABLE added (organisation_id text)",
        "SELECT count_members()",
        # Texts of an erased account that name an event of others, or what is no text.
        "INSERT INTO audit_texts SELECT 900, 'reason', 'x', 'x', id, 'acc_gone' FROM events WHERE id = 'evt_old1'; SELECT erase_texts_of_account('acc_gone', 100)",
        "INSERT INTO audit_texts SELECT 900, 'minutes', 'x', 'x', id, 'acc_gone' FROM events WHERE id = 'evt_gone1'; SELECT erase_texts_of_account('acc_gone', 100)",
        "INSERT INTO permitted_retention VALUES ('events', 31)",
        "UPDATE permitted_retention SET days = 31",
        "DELETE FROM permitted_retention",
        "INSERT INTO permitted_texts VALUES ('admin.account_locked', 'minutes', 'leaving')",
        "DELETE FROM permitted_texts",
        "TRUNCATE permitted_texts",
    ],
)
def test_other_arguments_change_nothing_and_are_refused(harness: Harness, statement: str) -> None:
    async def run() -> None:
        async with harness:
            await grant(harness.place.owner, role_of(harness.place.database))
            await permit(harness, events=60, audit=60)
            await harness.sql(OLD, "old", timedelta(days=200), 10)
            await harness.sql(OLD, "new", timedelta(days=40), 10)
            await harness.person("zora")
            gone = harness.people["zora"].id
            await harness.sql("UPDATE accounts SET erased_at = now() WHERE id = $1", gone)
            await harness.sql(OLD.replace("acc_a", gone), "gone", timedelta(days=40), 1)
            await harness.follow()
            before = await _recorded(harness)
            async with harness.runtime.database.reader() as db:
                connection = await db.connection()
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    async with connection.transaction():
                        await connection.execute(statement.replace("acc_gone", gone))
            assert await _recorded(harness) == before

    asyncio.run(run())


def test_nothing_is_trimmed_where_nothing_is_permitted(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.sql(OLD, "old", timedelta(days=200), 10)
            await harness.follow()
            async with harness.runtime.database.reader() as db:
                connection = await db.connection()
                for statement in ("SELECT trim_events(now() - interval '100 years', 1)", "SELECT trim_audit_log(1)"):
                    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="to be kept"):
                        await connection.execute(statement)

    asyncio.run(run())


def test_an_erased_account_loses_its_texts(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await locked(harness)
            await harness.sql("UPDATE accounts SET erased_at = now() WHERE id = $1", harness.people["zora"].id)
            async with harness.runtime.database.reader() as db:
                connection = await db.connection()
                assert await connection.fetchval("SELECT erase_texts_of_account($1, 100)", harness.people["zora"].id) == 1
            assert not await harness.sql("SELECT 1 FROM events WHERE data::text LIKE $1", f"%{WROTE}%")

    asyncio.run(run())


def test_what_modules_declare_and_2_0_recorded_is_permitted(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            found = {tuple(row) for row in await harness.sql("SELECT kind, field, use FROM permitted_texts")}
        former = {("accounts.locked", "reason", "written"), ("accounts.impersonated", "reason", "written")}
        assert found == former.union(harness.registry.texts)
        assert ("admin.account_locked", "reason", "written") in found
        assert ("entries.posted", "title", "leaving") in found

    asyncio.run(run())


async def _retention(place: Place) -> dict[str, int]:
    connection = await asyncpg.connect(place.owner)
    try:
        return {row["name"]: row["days"] for row in await connection.fetch(RETENTION)}
    finally:
        await connection.close()


def test_a_start_permits_what_the_settings_say(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    with logging_of(LogSettings(level="error")):
        given = {"PHOENIX_DATABASE_URL": place.database, "PHOENIX_EVENTS_KEEP": "90", "PHOENIX_AUDIT_KEEP": "365"}
        owner = {"PHOENIX_DATABASE_OWNER_URL": place.owner}
        start._permit_retention(read_settings(given | owner), Progress())
        assert asyncio.run(_retention(place)) == {"events": 90, "audit_log": 365}
        # The application's role cannot, and need not where nothing has changed.
        start._permit_retention(read_settings(given), Progress())
        assert capsys.readouterr().err == ""
        start._permit_retention(read_settings(given | {"PHOENIX_EVENTS_KEEP": "31"}), Progress())
        assert "takes effect when `phoenix db migrate` has run" in capsys.readouterr().err
        assert asyncio.run(_retention(place)) == {"events": 90, "audit_log": 365}
        start._permit_retention(read_settings(given | owner | {"PHOENIX_AUDIT_KEEP": "0"}), Progress())
        assert asyncio.run(_retention(place)) == {"events": 90}


def test_less_than_a_month_is_not_permitted_to_the_owner_either(place: Place) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        asyncio.run(permit_retention(place.owner, InstallationSettings(events_keep=30)))


def test_what_is_permitted_is_deleted_and_nothing_younger(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            harness.clock.set(datetime.now(UTC))
            await permit(harness, events=60, audit=60)
            await harness.sql(OLD, "old", timedelta(days=61), 10)
            await harness.sql(OLD, "new", timedelta(days=60) - timedelta(seconds=600), 10)
            await harness.follow()
            async with harness.runtime.database.reader() as db:
                connection = await db.connection()
                # A machine whose clock is a little ahead.
                assert await connection.fetchval("SELECT trim_events(now() - interval '60 days' + interval '30 minutes', 100)") == 10
                await connection.execute(
                    "INSERT INTO audit_archives SELECT number, 1, 'x', hash, 'f', now(), 's' FROM audit_log WHERE number = 10"
                )
                assert [await connection.fetchval("SELECT trim_audit_log(6)") for _ in range(3)] == [6, 4, 0]
            assert [row["id"] for row in await harness.sql("SELECT id FROM events ORDER BY number LIMIT 1")] == ["evt_new1"]

    asyncio.run(run())
