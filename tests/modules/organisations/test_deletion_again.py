"""A deletion that is asked for again is announced again, and from the first step of one nothing of it works."""

from __future__ import annotations

import asyncio

from tests.harness import Harness
from tests.modules.organisations.deleting import GRACE, close, due, keep, sign_in_again
from tests.waiting import until

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.module import OrganisationData
from phoenix.modules.organisations.actions.delete import _delete_batch, begin
from phoenix.modules.organisations.queries import closing, hold_memberships


def said(harness: Harness, words: str) -> int:
    return sum(words in " ".join(mail.text.split()) for mail in harness.mails("ada@example.com"))


def test_owners_are_reminded_of_each_deletion_that_is_asked_for(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            for number in (1, 2):
                assert (await close(harness, ember)).status_code == 201
                harness.clock.advance(days=13)
                await due(harness)
                assert said(harness, "You can also download a copy there.") == number
                await sign_in_again(harness, "ada")
                assert (await keep(harness, ember)).status_code == 204

    asyncio.run(run())


def test_nobody_is_told_of_a_cancellation_that_is_no_longer_true(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await close(harness, ember)
            await keep(harness, ember)
            await close(harness, ember)
            await harness.work()
            assert (said(harness, "asked to delete Ember") > 0, said(harness, "was cancelled")) == (True, 0)

    asyncio.run(run())


def test_from_the_first_step_on_no_key_works_and_nobody_is_a_member(harness: Harness) -> None:
    """Also where the answer was in memory."""

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            account = {"name": "Robot", "scopes": ["entries.read"]}
            made = await harness.post(f"/api/v2/organisations/{ember}/service_accounts", by="ada", json=account)
            key = {"Authorization": f"Bearer {made.json()['key']}"}
            await close(harness, ember)
            harness.clock.advance(seconds=GRACE.total_seconds())
            await sign_in_again(harness, "bo")
            path = f"/api/v2/entries?organisation={ember}"
            feed = f"/api/v2/feed?organisation={ember}"
            for _twice in range(2):
                assert (await harness.get(path, headers=key)).status_code == 200
                assert (await harness.get(feed, by="bo")).status_code == 200
            await harness.events()
            async with harness.runtime.database.transaction() as tx:
                await hold_memberships(tx, ember)
                assert await begin(tx, ember)
            assert (await harness.get(path, headers=key)).status_code == 401
            for gone in (path, feed):
                assert (await harness.get(gone, by="bo")).status_code == 404
            assert await harness.events() == ["keys.api_key_revoked"]

    asyncio.run(run())


def test_a_batch_keeps_every_other_worker_out(harness: Harness) -> None:
    called: list[str] = []

    async def nothing_left(_tx: Transaction, organisation: str, _most: int) -> int:
        called.append(organisation)
        return 0

    async def is_waiting() -> bool:
        found = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return bool(await harness.sql(found))

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.sql("UPDATE organisations SET closes_at = now(), deleting_at = now()")
            owned = OrganisationData(delete=nothing_left)
            async with harness.runtime.database.transaction() as tx:
                assert await tx.maybe(closing.BEGUN, ember) == ember
                other = asyncio.create_task(_delete_batch(harness.runtime, owned, ember))
                await until(is_waiting)
                assert called == []
            assert await other == 0
            assert called == [ember]

    asyncio.run(run())
