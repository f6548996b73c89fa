"""N2: each person has a numbered inbox, and a client that returns with its last number gets the rest."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest
from tests.harness import Harness
from tests.kernel.ringing import connected
from tests.modules.notifications.notifying import change_role, inbox, notify, unread
from tests.sockets import live
from tests.waiting import until

from phoenix.kernel.data.followers import follow_once
from phoenix.modules.notifications import live as live_inbox
from phoenix.modules.notifications.actions.deliver import deliver
from phoenix.modules.notifications.items import in_full
from phoenix.modules.organisations.actions.members import add_member


def numbers(told: list[tuple[str, Any]]) -> list[int]:
    return [data["number"] for event, data in told if event == "notification"]


def counts(told: list[tuple[str, Any]]) -> list[int]:
    return [data["count"] for event, data in told if event == "unread"]


def test_an_event_becomes_one_item_for_each_person_in_words(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await notify(harness, "bo")
            (item,) = await inbox(harness, "bo")
            assert item["summary"] == "Ada changed your role in Ember to viewer"
            assert item["why"] == "You were notified because it is your role."
            assert (item["number"], item["read"], item["link"]) == (1, False, "/o/ember/members")
            assert item["actor"] == {"id": harness.people["ada"].id, "name": "Ada"}
            assert await inbox(harness, "ada") == [], "nobody is notified of what they did themselves"

    asyncio.run(run())


def test_events_that_are_followed_again_add_nothing(harness: Harness) -> None:
    """As where the follower stops between two batches, or its position is put back."""

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await notify(harness, "bo", 2)
            before = await inbox(harness, "bo")
            await harness.sql("DELETE FROM event_followers WHERE name = 'notifications.deliver'")
            await harness.follow()
            assert await inbox(harness, "bo") == before

    asyncio.run(run())


def test_a_crash_before_the_commit_leaves_nothing_and_loses_nothing(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await harness.follow()
            await change_role(harness, "bo", "viewer")

            async def crash(tx: Any, batch: Any) -> None:
                await deliver(harness.runtime, tx, batch)
                raise RuntimeError("gone")

            with pytest.raises(RuntimeError):
                await follow_once(harness.runtime.database, "notifications.deliver", crash)
            assert await inbox(harness, "bo") == []
            await harness.follow()
            assert [item["number"] for item in await inbox(harness, "bo")] == [1]

    asyncio.run(run())


@pytest.mark.parametrize("amount", [1, 100])
def test_a_batch_takes_as_many_statements_however_many_are_notified(harness: Harness, amount: int) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await harness.follow()
            for number in range(amount):
                await change_role(harness, "bo", ("viewer", "member")[number % 2])
            made = []

            async def count(tx: Any, batch: Any) -> None:
                before = tx.queries
                await deliver(harness.runtime, tx, batch)
                made.append(tx.queries - before)

            await follow_once(harness.runtime.database, "notifications.deliver", count)
            # Two of them ask whom push reaches, and whom text messages.
            assert made == [5]

    asyncio.run(run())


def test_a_client_that_returns_gets_exactly_what_it_missed(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as here:
            await harness.organisation("ember", ada="owner", bo="member")
            await notify(harness, "bo", 3)
            async with connected(here.url, harness.people["bo"].token, last_number=1) as told:
                await until(lambda: any(event == "unread" for event, *_ in told))
                assert numbers(told) == [2, 3]
                assert counts(told) == [3]
                await notify(harness, "bo")
                await until(lambda: (numbers(told), counts(told)) == ([2, 3, 4], [3, 4]))

    asyncio.run(run())


def test_a_client_that_names_no_number_gets_only_what_comes(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as here:
            await harness.organisation("ember", ada="owner", bo="member")
            await notify(harness, "bo", 2)
            async with connected(here.url, harness.people["bo"].token) as told:
                await until(lambda: any(event == "unread" for event, *_ in told))
                await notify(harness, "bo")
                await until(lambda: numbers(told) == [3])

    asyncio.run(run())


@pytest.mark.parametrize("why", ["too_many", "never_given", "another_epoch"])
def test_a_client_that_cannot_be_sent_the_rest_is_told_to_reload(harness: Harness, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    monkeypatch.setattr(live_inbox, "MOST_MISSED", 2)

    async def run() -> None:
        async with harness, live(harness) as here:
            await harness.organisation("ember", ada="owner", bo="member")
            await notify(harness, "bo", 3)
            answer = (await harness.get("/api/v2/notifications/unread_count", by="bo")).json()
            assert answer["last_number"] == 3
            known = {
                "too_many": {"last_number": 0, "epoch": answer["epoch"]},
                "never_given": {"last_number": 4, "epoch": answer["epoch"]},
                "another_epoch": {"last_number": 2, "epoch": uuid.uuid4().hex},
            }[why]
            async with connected(here.url, harness.people["bo"].token, **known) as told:
                await until(lambda: ("reload", {"reason": "too_far_behind"}) in told)
                assert numbers(told) == []

    asyncio.run(run())


def test_what_comes_while_a_client_catches_up_comes_after_it_and_once(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is read before it is sent: what is added between the two is sent by the process as well."""
    read, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(db: Any, registry: Any, rows: Any) -> Any:
        found = await in_full(db, registry, rows)
        if not read.is_set() and rows:
            read.set()
            await go_on.wait()
        return found

    async def run() -> None:
        async with harness, live(harness) as here:
            await harness.organisation("ember", ada="owner", bo="member")
            await notify(harness, "bo", 2)
            # The sockets have read these before anyone was there.
            (last,) = await harness.sql("SELECT max(position) AS position FROM notifications")
            (tail,) = here.sockets.sources
            await until(lambda: tail.position == last["position"])
            monkeypatch.setattr(live_inbox, "in_full", slowly)
            async with connected(here.url, harness.people["bo"].token, last_number=0) as told:
                await read.wait()
                await notify(harness, "bo", 2)
                (known,) = here.sockets.open.values()
                await until(lambda: known.in_order.waiting >= 2)
                go_on.set()
                await until(lambda: numbers(told) == [1, 2, 3, 4])
                await notify(harness, "bo")
                await until(lambda: numbers(told) == [1, 2, 3, 4, 5])

    asyncio.run(run())


def test_what_is_of_an_organisation_is_gone_with_the_membership_except_what_is_of_the_reader(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="administrator")
            eve = await harness.person("eve")
            async with harness.runtime.database.transaction() as tx:
                await add_member(tx, ember, eve.id, role="member", invited_by=harness.people["bo"].id)
            await harness.follow()
            assert [item["summary"] for item in await inbox(harness, "bo")] == ["Eve accepted your invitation to Ember"]
            assert await unread(harness, "bo") == 1
            await harness.delete(f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}", by="ada")
            await harness.follow()
            assert [item["summary"] for item in await inbox(harness, "bo")] == ["Ada removed you from Ember"]
            assert await unread(harness, "bo") == 1

    asyncio.run(run())
