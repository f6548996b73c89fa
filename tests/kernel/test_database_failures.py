"""When the database fails, people learn within ten seconds what became of their change: nothing was changed, or it may have been saved."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import asyncpg
import pytest
from tests.harness import Harness
from tests.kernel.database_proxy import through_a_proxy

from phoenix.kernel.data import lease
from phoenix.kernel.data.failures import BY_CLASS, DatabaseReadOnly
from phoenix.kernel.errors import Unavailable

STATES = sorted(
    {
        str(state)
        for error in vars(asyncpg.exceptions).values()
        if (state := getattr(error, "sqlstate", None)) and str(state)[:2] in BY_CLASS
    }
)
FAILS_AT_COMMIT = """
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {what}; RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail();
"""


async def post(harness: Harness) -> tuple[int, str, str]:
    answer = await harness.post("/api/v2/entries", by="ada", json={"organisation": harness.organisations["ember"], "title": "t"})
    body = answer.json()
    return answer.status_code, body.get("code", ""), body.get("detail", "")


def test_people_wait_no_longer_than_ten_seconds() -> None:
    assert lease.ANSWER_SECONDS < 10


def test_there_are_states_of_every_class() -> None:
    assert {state[:2] for state in STATES} == {"08", "53", "57", "58"}


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_a_failing_server_is_a_503_with_its_own_code(harness: Harness, state: str) -> None:
    async def run() -> None:
        async with harness:
            with pytest.raises(Unavailable) as refused:
                async with harness.runtime.database.transaction() as tx:
                    await (await tx.connection()).execute(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$")
            assert refused.value.status == 503
            assert refused.value.code.startswith("database_")
            assert "Nothing was changed" in refused.value.detail

    asyncio.run(run())


@pytest.mark.parametrize(
    ("what", "code", "saved"),
    [
        ("RAISE SQLSTATE '08006'", "outcome_unknown", True),
        ("RAISE SQLSTATE '57014'", "outcome_unknown", True),
        ("RAISE SQLSTATE '58030'", "outcome_unknown", True),
        ("PERFORM pg_terminate_backend(pg_backend_pid())", "outcome_unknown", True),
        ("RAISE SQLSTATE '53100'", "database_full", False),
        ("RAISE SQLSTATE '40P01'", "database_busy", False),
    ],
)
def test_a_commit_that_fails_says_whether_it_may_have_been_saved(harness: Harness, what: str, code: str, saved: bool) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            await harness.sql(FAILS_AT_COMMIT.split("\n")[1].format(what=what))
            await harness.sql(FAILS_AT_COMMIT.split("\n")[2])
            status, given, detail = await post(harness)
            assert (status, given) == (503, code)
            assert ("may have been saved" in detail, "Nothing was changed" in detail) == (saved, not saved)
            await harness.sql("DROP TRIGGER fails ON entries")
            assert (await post(harness))[0] == 201

    asyncio.run(run())


def test_a_database_that_hangs_is_given_up(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with through_a_proxy(harness, monkeypatch) as proxy:
            proxy.frozen_by = b"INSERT INTO entries"
            status, code, detail = await post(harness)
            assert (status, code) == (503, "database_timed_out")
            assert "Nothing was changed" in detail

    asyncio.run(run())


def test_a_commit_that_hangs_may_have_been_saved(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with through_a_proxy(harness, monkeypatch) as proxy:
            proxy.frozen_by = b"COMMIT"
            status, code, detail = await post(harness)
            assert (status, code) == (503, "outcome_unknown")
            assert "may have been saved" in detail

    asyncio.run(run())


def test_a_process_is_not_ready_on_a_database_that_takes_no_changes(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            assert (await harness.get("/readyz")).status_code == 200
            name = urlsplit(harness.place.database).path.removeprefix("/")
            await harness.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
            await harness.runtime.database.pool.expire_connections()
            answer = await harness.get("/readyz")
            assert (answer.status_code, answer.json()["code"]) == (503, DatabaseReadOnly.code)

    asyncio.run(run())


def test_a_process_is_not_ready_while_the_database_has_no_room(harness: Harness) -> None:
    full = "CREATE FUNCTION full_disk() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE SQLSTATE '53100'; END $$"

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            await harness.sql(FAILS_AT_COMMIT.split("\n")[1].format(what="RAISE SQLSTATE '53100'"))
            await harness.sql(FAILS_AT_COMMIT.split("\n")[2])
            await harness.sql(full)
            await harness.sql("CREATE EVENT TRIGGER no_room ON ddl_command_start EXECUTE FUNCTION full_disk()")
            assert (await post(harness))[1] == "database_full"
            answer = await harness.get("/readyz")
            assert (answer.status_code, answer.json()["code"]) == (503, "database_full")
            await harness.sql("DROP EVENT TRIGGER no_room")
            assert (await harness.get("/readyz")).status_code == 200
            assert not harness.runtime.database.is_full

    asyncio.run(run())
