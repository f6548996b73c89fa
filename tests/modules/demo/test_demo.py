"""The demo: made once, into an empty database, and told again at each start."""

from __future__ import annotations

import asyncio
import json

from tests.harness import Harness

from phoenix.modules.demo.actions import seed_demo
from phoenix.modules.demo.people import PEOPLE


def test_it_is_made_once_and_its_people_can_sign_in(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            told = await seed_demo(harness.runtime)
            assert await seed_demo(harness.runtime) == told
            accounts = json.loads(told)["accounts"]
            assert [account["email"] for account in accounts] == [person.email for person in PEOPLE]
            for account in accounts:
                sent = {"email": account["email"], "password": account["password"]}
                assert (await harness.post("/api/v2/sessions", json=sent)).status_code == 201

    asyncio.run(run())


def test_nothing_is_made_where_someone_has_an_account(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            assert json.loads(await seed_demo(harness.runtime)) == {"accounts": []}
            assert (await harness.sql("SELECT count(*) FROM accounts"))[0]["count"] == 1

    asyncio.run(run())
