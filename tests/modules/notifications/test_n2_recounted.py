"""N2: when the inbox of someone shows more or less than before, all open sockets of theirs are sent how many are unread now."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.harness import Harness
from tests.kernel.ringing import connected
from tests.modules.comments.commenting import comment, entry_of, mention
from tests.modules.notifications.notifying import unread
from tests.sockets import live
from tests.waiting import until

from phoenix.modules.notifications.unread import unread as cached_count
from phoenix.modules.organisations.actions.delete import delete_at_once
from phoenix.modules.organisations.actions.members import add_member

CHANGED = "notifications.inbox_changed"


def counts(told: list[tuple[str, Any]]) -> list[int]:
    return [data["count"] for event, data in told if event == "unread"]


async def mention_bo(harness: Harness, times: int, organisation: str = "ember") -> None:
    for _ in range(times):
        await comment(harness, "ada", await entry_of(harness, organisation=organisation), mention(harness, "bo"))
    await harness.follow()


async def leave(harness: Harness, organisation: str = "ember") -> None:
    path = f"/api/v2/organisations/{harness.organisations[organisation]}/members/{harness.people['bo'].id}"
    assert (await harness.delete(path, by="bo")).status_code == 204


async def join(harness: Harness) -> None:
    async with harness.runtime.database.transaction() as tx:
        people, ember = harness.people, harness.organisations["ember"]
        await add_member(tx, ember, people["bo"].id, role="member", invited_by=people["ada"].id)


async def delete(harness: Harness) -> None:
    """Delete the organisation, as a worker does once it is due."""
    async with harness.runtime.database.transaction() as tx:
        await delete_at_once(tx, harness.organisations["ember"])
    await harness.work()


async def recorded(harness: Harness) -> list[str]:
    """What notifications recorded since the last call."""
    return [kind for kind in await harness.events() if kind.startswith("notifications.")]


def test_leaving_and_joining_again_tells_every_device_the_count(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as here:
            await harness.organisation("ember", ada="owner", bo="member")
            await harness.organisation("quartz", ada="owner", bo="member")
            await mention_bo(harness, 3)
            await mention_bo(harness, 1, "quartz")
            token = harness.people["bo"].token
            async with connected(here.url, token) as first, connected(here.url, token) as second:
                both = (first, second)
                await until(lambda: [counts(told) for told in both] == [[4]] * 2)
                await harness.events()
                await leave(harness)
                await harness.follow()
                await until(lambda: [counts(told) for told in both] == [[4, 1]] * 2)
                assert await recorded(harness) == [CHANGED]
                assert await unread(harness, "bo") == 1
                await join(harness)
                await harness.follow()
                await until(lambda: [counts(told) for told in both] == [[4, 1, 4]] * 2)
                assert await recorded(harness) == [CHANGED]
                assert await unread(harness, "bo") == 4

    asyncio.run(run())


def test_the_deletion_of_an_organisation_tells_its_members_the_count(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as here:
            await harness.organisation("ember", ada="owner", bo="member", cy="member")
            await harness.organisation("quartz", ada="owner", bo="member")
            await mention_bo(harness, 3)
            await mention_bo(harness, 1, "quartz")
            async with connected(here.url, harness.people["bo"].token) as told:
                await until(lambda: counts(told) == [4])
                await harness.events()
                await delete(harness)
                await harness.follow()
                await until(lambda: counts(told)[-1] == 1)
                # Only who had something there is counted again.
                rows = await harness.sql("SELECT DISTINCT subject FROM events WHERE kind = $1", CHANGED)
                assert [row["subject"] for row in rows] == [harness.people["bo"].id]
                assert set(await recorded(harness)) == {CHANGED}
                assert await unread(harness, "bo") == 1

    asyncio.run(run())


@pytest.mark.parametrize("how", ["left", "deleted"])
def test_the_cached_count_has_nothing_of_an_organisation_that_was_left(harness: Harness, how: str) -> None:
    """Its count is cached: it must not stay until something else changes."""

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await mention_bo(harness, 3)
            assert await shown(harness) == 3
            if how == "left":
                # Before any follower has seen it.
                await leave(harness)
            else:
                await delete(harness)
            assert await shown(harness) == 0

    asyncio.run(run())


async def shown(harness: Harness) -> int:
    actor = await harness.sessions.find(harness.people["bo"].token)
    assert actor is not None
    return await cached_count(harness.runtime, actor)
