"""The members of an organisation are counted as they join and leave: opening a dashboard reads a few rows, and the count is right."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tests.harness import Harness

from phoenix.modules.accounts.jobs import erase_due
from phoenix.modules.dashboard.queries import statement
from phoenix.modules.organisations.actions.members import add_member

COUNTED = """
    SELECT m.organisation_id AS id, count(*)::int AS count FROM memberships m JOIN accounts a ON a.id = m.account_id WHERE a.kind = 'person' GROUP BY 1
"""
KEPT = "SELECT organisation_id AS id, sum(count)::int AS count FROM member_counts GROUP BY 1 HAVING sum(count) <> 0"
MANY = """
    WITH made AS (
        INSERT INTO accounts (id, email, email_key, name, password_hash, time_zone, locale, email_verified_at, created_at, updated_at, terms_accepted_at, kind)
        SELECT 'acc_' || n, n || '@example.com', n || '@example.com', 'N', '!', 'UTC', 'en', now(), now(), now(), now(), CASE WHEN n % 40 = 0 THEN 'service' ELSE 'person' END
          FROM generate_series(1, $2) AS n RETURNING id
    )
    INSERT INTO memberships (organisation_id, account_id, role, joined_at)
    SELECT $1, id, 'member', now() - row_number() OVER () * interval '1 minute' FROM made
"""


async def _right(harness: Harness) -> dict[str, int]:
    """What is kept, which is what there is."""
    kept = {str(row["id"]): int(row["count"]) for row in await harness.sql(KEPT)}
    assert kept == {row["id"]: row["count"] for row in await harness.sql(COUNTED)}
    return kept


async def _shown(harness: Harness, organisation: str) -> int:
    cards = (await harness.get(f"/api/v2/dashboard?organisation={organisation}", by="ada")).json()["cards"]
    return int(next(card["data"] for card in cards if card["name"] == "organisations.members")["count"])


def test_the_count_is_right_after_every_act(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="administrator", cy="member", di="viewer")
            await harness.organisation("halden", di="owner")
            assert (await _right(harness), await _shown(harness, ember)) == ({ember: 4, harness.organisations["halden"]: 1}, 4)
            members = f"/api/v2/organisations/{ember}/members"
            made = {"name": "Import", "role": "member", "scopes": ["entries.write"], "days": 30}
            assert (await harness.post(f"/api/v2/organisations/{ember}/service_accounts", by="ada", json=made)).status_code == 201
            assert (await _right(harness))[ember] == 4, "a service account is no member"
            changed = await harness.patch(f"{members}/{harness.people['cy'].id}", by="ada", json={"role": "viewer"})
            assert changed.status_code == 204, changed.text
            assert (await _right(harness))[ember] == 4
            assert (await harness.delete(f"{members}/{harness.people['cy'].id}", by="ada")).status_code == 204
            assert (await harness.delete(f"{members}/{harness.people['bo'].id}", by="bo")).status_code == 204
            assert (await _right(harness), await _shown(harness, ember)) == ({ember: 2, harness.organisations["halden"]: 1}, 2)
            async with harness.runtime.database.transaction(actor=harness.people["ada"].id) as tx:
                # Twice, of which the second adds nothing.
                for _ in range(2):
                    await add_member(tx, ember, harness.people["cy"].id, role="member", invited_by=harness.people["ada"].id)
            assert (await _right(harness), await _shown(harness, ember)) == ({ember: 3, harness.organisations["halden"]: 1}, 3)
            await harness.sql(
                "UPDATE accounts SET erase_at = $2 WHERE id = $1", harness.people["cy"].id, harness.clock.now() - timedelta(1)
            )
            await erase_due(harness.runtime)
            await harness.work()
            assert (await _right(harness))[ember] == 2

    asyncio.run(run())


def test_members_who_join_and_leave_at_once_are_all_counted(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", **{f"leaver{number}": "member" for number in range(8)})
            for number in range(8):
                await harness.person(f"joiner{number}")

            async def join(number: int) -> None:
                async with harness.runtime.database.transaction(actor=harness.people["ada"].id) as tx:
                    await add_member(tx, ember, harness.people[f"joiner{number}"].id, role="member", invited_by="")

            async def leave(number: int) -> None:
                person = f"leaver{number}"
                left = await harness.delete(f"/api/v2/organisations/{ember}/members/{harness.people[person].id}", by=person)
                assert left.status_code == 204, left.text

            await asyncio.gather(*(act(number) for number in range(8) for act in (join, leave)))
            assert (await _right(harness), await _shown(harness, ember)) == ({ember: 9}, 9)

    asyncio.run(run())


def test_an_act_that_is_undone_is_not_counted(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await harness.person("cy")
            async with harness.runtime.database.reader() as db:
                connection = await db.connection()
                undone = connection.transaction()
                await undone.start()
                await connection.execute("DELETE FROM memberships WHERE account_id = $1", harness.people["bo"].id)
                await connection.execute("INSERT INTO memberships VALUES ($1, $2, 'member', now())", ember, harness.people["cy"].id)
                await undone.rollback()
            assert await _right(harness) == {ember: 2}

    asyncio.run(run())


def test_an_organisation_or_account_that_is_deleted_takes_its_counts(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await harness.sql("DELETE FROM memberships WHERE account_id = $1", harness.people["bo"].id)
            await harness.sql(MANY, ember, 10)
            await harness.sql("DELETE FROM accounts WHERE id = 'acc_5'")
            assert await _right(harness) == {ember: 10}
            await harness.sql("DELETE FROM organisations WHERE id = $1", ember)
            assert await harness.sql("SELECT 1 FROM member_counts") == []

    asyncio.run(run())


def test_opening_a_dashboard_reads_a_few_members_however_many_there_are(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.sql(MANY, ember, 4000)
            assert await _right(harness) == {ember: 3901}
            for table in ("memberships", "accounts", "member_counts"):
                await harness.sql(f"ANALYZE {table}")
            (card,) = (card for card in harness.registry.cards if card.name == "organisations.members")
            rows = await harness.sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement([card])}", ember, harness.people["ada"].id, "UTC")
            (plan,) = rows[0][0] if isinstance(rows[0][0], list) else json.loads(rows[0][0])
            read: dict[str, float] = {}
            for table, number in _read(plan["Plan"]):
                read[table] = read.get(table, 0) + number
            assert read["memberships"] <= 20
            assert read["accounts"] <= 20
            assert 0 < read["member_counts"] <= 4

    asyncio.run(run())


def _read(plan: Any) -> Iterator[tuple[str, float]]:
    if "Relation Name" in plan:
        yield plan["Relation Name"], (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    for inner in plan.get("Plans", ()):
        yield from _read(inner)
