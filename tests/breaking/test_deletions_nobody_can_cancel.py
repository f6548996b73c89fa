"""A deletion that could be cancelled until a day is not carried out while nobody can: whoever had a stolen session may have asked for it."""

from __future__ import annotations

import asyncio

from tests.breaking.authority import ask_for_deletion, erase_those_due, lock
from tests.harness import Harness
from tests.modules.organisations.deleting import GRACE, close, due

from phoenix.kernel.actor import ADMINISTRATOR

UNLOCK = "UPDATE accounts SET locked_at = NULL WHERE id = $1"


def test_a_locked_account_is_not_erased_until_it_is_unlocked(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("eve", permissions=(ADMINISTRATOR,))
            bo = await harness.person("bo")
            assert (await ask_for_deletion(harness, "bo"))[0] == 204
            assert await lock(harness, "bo", by="eve") == 303
            await harness.work()
            await harness.events()
            await erase_those_due(harness)
            assert await harness.events() == ["accounts.deletion_postponed"]
            # By now the sessions of staff have expired too.
            await harness.sql(UNLOCK, bo.id)
            await erase_those_due(harness)
            assert "accounts.erased" in await harness.events()

    asyncio.run(run())


def test_an_organisation_is_not_deleted_while_none_of_its_owners_can_sign_in(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await harness.person("eve", permissions=(ADMINISTRATOR,))
            assert (await close(harness, ember)).status_code == 201
            assert await lock(harness, "ada", by="eve") == 303
            await harness.work()
            await harness.events()
            harness.clock.advance(seconds=GRACE.total_seconds())
            await due(harness)
            assert await harness.events() == ["organisations.deletion_postponed"]
            (found,) = await harness.sql("SELECT deleting_at, closes_at > $1 AS later FROM organisations", harness.clock.now())
            assert (found["deleting_at"], found["later"]) == (None, True)
            await harness.sql(UNLOCK, harness.people["ada"].id)
            harness.clock.advance(days=7)
            await due(harness)
            assert await harness.events() == ["organisations.deleted"]

    asyncio.run(run())
