"""The demo: created once, in an empty database, and printed again at each start."""

from __future__ import annotations

import asyncio
import json

import pytest
from tests.harness import Harness
from tests.waiting import until

from phoenix.kernel.errors import Conflict, NotFound
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.modules.accounts.actions.accounts import create_account
from phoenix.modules.demo.actions import seed_demo, seed_scale
from phoenix.modules.demo.people import PEOPLE


def test_the_demo_is_created_once_and_its_people_can_sign_in(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            printed = await seed_demo(harness.runtime)
            assert await seed_demo(harness.runtime) == printed
            accounts = json.loads(printed)["accounts"]
            assert [account["email"] for account in accounts] == [person.email for person in PEOPLE]
            for account in accounts:
                sent = {"email": account["email"], "password": account["password"]}
                assert (await harness.post("/api/v2/sessions", json=sent)).status_code == 201

    asyncio.run(run())


def test_no_demo_is_created_where_an_account_exists(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            assert json.loads(await seed_demo(harness.runtime)) == {"accounts": []}
            assert (await harness.sql("SELECT count(*) FROM accounts"))[0]["count"] == 1

    asyncio.run(run())


def test_the_demo_is_not_created_if_its_address_is_taken_at_the_same_time(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            async with harness.runtime.database.transaction() as tx:
                address = parse_address(PEOPLE[0].email)
                assert await create_account(tx, address, name="Ada", password_hash="!", time_zone="UTC", locale="en")
                making = asyncio.create_task(seed_demo(harness.runtime))
                await until(lambda: waits(harness))
            with pytest.raises(Conflict, match=PEOPLE[0].email):
                await making
            assert [row["name"] for row in await harness.sql("SELECT name FROM accounts")] == ["Ada"]

    async def waits(harness: Harness) -> bool:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return bool((await harness.sql(waiting))[0]["count"])

    asyncio.run(run())


def test_filling_with_entries_requires_an_organisation(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            with pytest.raises(NotFound, match="Create one first"):
                await seed_scale(harness.runtime, 3)
            await harness.organisation("ember", ada="owner")
            with pytest.raises(NotFound, match="Create one first"):
                await seed_scale(harness.runtime, 3, "ash")
            assert await harness.sql("SELECT 1 FROM entries") == []

    asyncio.run(run())


def test_people_of_the_demo_join_one_after_the_other_and_by_themselves(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await seed_demo(harness.runtime)
            joined = await harness.sql("SELECT actor_id, subject, occurred_at FROM events WHERE kind = 'organisations.member_joined'")
            assert len(joined) == 4
            assert all(event["actor_id"] == event["subject"] for event in joined)
            assert len({event["occurred_at"] for event in joined}) == 4

    asyncio.run(run())
