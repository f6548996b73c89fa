"""The deletion of an organisation beside other acts: it happens once or not at all, in bounded batches, and goes on after a crash."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.harness import Harness
from tests.modules.organisations.deleting import GRACE, close, due, entry, keep, sign_in_again
from tests.waiting import until

from phoenix.composition import MODULES
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.registry import Registry
from phoenix.modules.organisations.actions import delete
from phoenix.modules.organisations.actions.delete import begin, delete_organisation
from phoenix.modules.organisations.jobs import delete_due
from phoenix.modules.organisations.jobs import delete_organisation as run
from phoenix.modules.organisations.queries import hold_memberships


async def overdue(harness: Harness, **roles: str) -> str:
    """An organisation whose grace period is over."""
    ember = await harness.organisation("ember", **(roles or {"ada": "owner"}))
    await close(harness, ember)
    harness.clock.advance(seconds=GRACE.total_seconds())
    await sign_in_again(harness, *(roles or {"ada": "owner"}))
    await harness.work()
    await harness.events()
    return ember


async def is_waiting(harness: Harness) -> bool:
    found = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return bool(await harness.sql(found))


def test_a_deletion_that_is_cancelled_before_it_begins_does_not_happen(harness: Harness) -> None:
    """The schedule enqueued the job, and the owner was faster."""

    async def go() -> None:
        async with harness:
            ember = await overdue(harness)
            await delete_due(harness.runtime)
            assert (await keep(harness, ember)).status_code == 204
            assert "organisations.delete" in await harness.work()
            assert await harness.events() == ["organisations.deletion_cancelled"]
            assert (await harness.get(f"/api/v2/organisations/{ember}", by="ada")).status_code == 200

    asyncio.run(go())


def test_whoever_cancels_while_the_deletion_begins_is_told_that_it_is_gone(harness: Harness) -> None:
    async def go() -> None:
        async with harness:
            ember = await overdue(harness)
            async with harness.runtime.database.transaction() as tx:
                await hold_memberships(tx, ember)
                cancelling = asyncio.create_task(keep(harness, ember))
                await until(lambda: is_waiting(harness))
                assert await begin(tx, ember)
            assert (await cancelling).status_code == 404
            await due(harness)
            assert await harness.events() == ["organisations.deleted"]

    asyncio.run(go())


def test_a_cancellation_that_is_first_makes_the_job_wait_and_then_do_nothing(harness: Harness) -> None:
    async def go() -> None:
        async with harness:
            ember = await overdue(harness)
            async with harness.runtime.database.transaction() as tx:
                await hold_memberships(tx, ember)
                deleting = asyncio.create_task(delete_organisation(harness.runtime, ember))
                await until(lambda: is_waiting(harness))
                await (await tx.connection()).execute("UPDATE organisations SET closes_at = NULL WHERE id = $1", ember)
            await deleting
            assert await harness.events() == []
            assert len(await harness.sql("SELECT 1 FROM memberships")) == 1

    asyncio.run(go())


def test_two_owners_who_ask_at_once_ask_once(harness: Harness) -> None:
    async def go() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", ann="owner")
            answers = await asyncio.gather(*(close(harness, ember, by=name) for name in ("ada", "ann", "ada", "ann")))
            assert [answer.status_code for answer in answers] == [201] * 4
            assert len({answer.json()["asked_by"] for answer in answers}) == 1
            assert await harness.events() == ["organisations.deletion_scheduled"]
            await harness.work()
            assert len(harness.mails()) == 2

    asyncio.run(go())


def test_two_workers_delete_it_once(harness: Harness) -> None:
    async def go() -> None:
        async with harness:
            ember = await overdue(harness)
            await asyncio.gather(*(delete_organisation(harness.runtime, ember) for _ in range(3)))
            assert await harness.events() == ["organisations.deleted"]
            await run(harness.runtime, delete.Deletion(ember))
            assert await harness.events() == []

    asyncio.run(go())


def test_it_goes_on_after_a_crash_between_two_batches(harness: Harness) -> None:
    crashes: list[str] = []

    def crashing(module: str) -> Registry:
        """Its first batch is deleted, and the second never ends."""

        async def fail(tx: Transaction, organisation: str, most: int) -> int:
            owned = by_name[module].owned
            assert owned is not None
            assert owned.delete is not None
            if crashes and crashes[-1] == module:
                raise RuntimeError(module)
            crashes.append(module)
            return await owned.delete(tx, organisation, min(most, 1))

        by_name = {one.name: one for one in MODULES}
        owned = by_name[module].owned
        assert owned is not None
        return Registry([replace(one, owned=replace(owned, delete=fail)) if one.name == module else one for one in MODULES])

    async def go(module: str) -> None:
        async with harness:
            ember = await overdue(harness, ada="owner", bo="member")
            with pytest.raises(RuntimeError, match=module):
                await delete_organisation(harness.runtime, ember)
            assert await harness.events() == []
            assert (await harness.get(f"/api/v2/organisations/{ember}", by="bo")).status_code == 404, (
                "it is closed to everyone from the first batch on"
            )
            harness.runtime.part(Registry).__dict__["owned"] = Registry(MODULES).owned
            await due(harness)
            assert await harness.events() == ["organisations.deleted"]
            assert await harness.sql("SELECT 1 FROM organisations") == []

    harness.registry = crashing("organisations")
    asyncio.run(go("organisations"))


@pytest.mark.parametrize("entries", [100, 1000])
def test_batches_are_bounded(harness: Harness, entries: int) -> None:
    """Each transaction deletes a batch at most, however much there is."""
    statements: list[int] = []

    async def go() -> None:
        async with harness:
            ember = await overdue(harness)
            await harness.sql(
                """
                INSERT INTO entries (id, organisation_id, author_id, title, body, occurred_at, time_zone, created_at, updated_at)
                SELECT 'ent_' || n, $1, $2, 'Lanterns', '', now(), 'UTC', now(), now() FROM generate_series(1, $3::int) AS n
                """,
                ember, harness.people["ada"].id, entries,
            )  # fmt: skip
            kept = harness.runtime.part(Registry).owned["entries"]
            assert kept.delete is not None

            async def counted(tx: Transaction, organisation: str, most: int) -> int:
                before = tx.queries
                assert kept.delete is not None
                deleted = await kept.delete(tx, organisation, most)
                statements.append(tx.queries - before)
                assert deleted <= delete.BATCH
                return deleted

            owned = {**harness.runtime.part(Registry).owned, "entries": replace(kept, delete=counted)}
            harness.registry.__dict__["owned"] = owned
            try:
                await delete_organisation(harness.runtime, ember)
            finally:
                del harness.registry.__dict__["owned"]
            assert await harness.events() == ["organisations.deleted"]
            assert max(statements) <= 3
            # Of entries, of their counts, and one that finds nothing left.
            assert len(statements) == -(-entries // delete.BATCH) + 2

    asyncio.run(go())


def test_an_entry_that_is_written_as_the_deletion_begins_goes_too(harness: Harness) -> None:
    async def go() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await entry(harness, ember)
            await close(harness, ember)
            harness.clock.advance(seconds=(GRACE + timedelta(hours=1)).total_seconds())
            async with harness.runtime.database.transaction() as tx:
                await hold_memberships(tx, ember)
                assert await begin(tx, ember)
            refused = await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "Late"})
            assert refused.status_code == 404
            await due(harness)
            assert await harness.sql("SELECT 1 FROM entries") == []

    asyncio.run(go())
