"""N2: a client that returns with its positions in the feeds of its organisations gets exactly the rest, in order, or is told to reload."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.harness import Harness
from tests.kernel.ringing import connected
from tests.sockets import live
from tests.waiting import until

from phoenix.kernel.data.followers import read_after
from phoenix.kernel.module import Numbered
from phoenix.kernel.realtime.in_order import InOrder
from phoenix.modules.feed import live as live_feed


async def post(harness: Harness, title: str, organisation: str = "ember", by: str = "ada") -> str:
    data = {"organisation": harness.organisations[organisation], "title": title}
    return str((await harness.post("/api/v2/entries", by=by, json=data)).json()["id"])


def subjects(told: list[tuple[str, Any]]) -> list[str]:
    return [data["subject"] for event, data in told if event == "feed"]


async def position(harness: Harness, entry: str) -> str:
    (row,) = await harness.sql("SELECT transaction::text AS transaction, number FROM events WHERE subject = $1", entry)
    return f"{row['transaction']}-{row['number']}"


def test_what_was_missed_comes_in_order_and_once_and_then_what_comes(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as here:
            ember = await harness.organisation("ember", ada="owner")
            quartz = await harness.organisation("quartz", ada="owner")
            entries = [await post(harness, f"Number {number}") for number in range(4)]
            other = [await post(harness, "Other", "quartz") for _ in range(2)]
            seen = {ember: await position(harness, entries[1]), quartz: await position(harness, other[0])}
            async with connected(here.url, harness.people["ada"].token, positions=seen) as told:
                await until(lambda: len(subjects(told)) == 3)
                assert [one for one in subjects(told) if one in entries] == entries[2:]
                assert [one for one in subjects(told) if one in other] == other[1:]
                entries.append(await post(harness, "Live"))
                await until(lambda: subjects(told)[-1] == entries[-1])
                assert len(subjects(told)) == 4
                assert told[-1][1]["position"] == await position(harness, entries[-1]) or told[-1][0] == "changed"

    asyncio.run(run())


def test_what_a_client_has_seen_does_not_come_again_from_a_process_that_is_behind(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            entries = [await post(harness, f"Number {number}") for number in range(2)]
            async with harness.runtime.database.reader() as db:
                batch = await read_after(db, (0, 0))
            positions = {ember: await position(harness, entries[1])}
            ada = await harness.sessions.find(harness.people["ada"].token, unattended=True)
            assert ada is not None
            in_order = InOrder()
            assert (
                in_order.catch_up(await live_feed.replay(harness.runtime, ada, {"positions": positions}), {f"organisation:{ember}"}) == []
            )
            late = [
                (room, event, payload)
                for room, event, payload in await live_feed.tell(harness.runtime, batch)
                if isinstance(payload, Numbered)
            ]
            assert late
            assert [event for room, event, payload in late if in_order.takes(room, event, payload)] == []

    asyncio.run(run())


@pytest.mark.parametrize("why", ["too_many", "never_given"])
def test_where_the_rest_cannot_be_sent_the_client_reloads(harness: Harness, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    monkeypatch.setattr(live_feed, "MOST_MISSED", 2)

    async def run() -> None:
        async with harness, live(harness) as here:
            ember = await harness.organisation("ember", ada="owner")
            entries = [await post(harness, f"Number {number}") for number in range(4)]
            seen = await position(harness, entries[0]) if why == "too_many" else "999999999-999999"
            async with connected(here.url, harness.people["ada"].token, positions={ember: seen}) as told:
                reload = ("reload", {"reason": "too_far_behind", "organisation": ember})
                await until(lambda: reload in told)
                # What comes after it is live: this process may only now have read the last entry.
                assert subjects(told[: told.index(reload)]) == []

    asyncio.run(run())


def test_of_many_organisations_a_client_is_sent_so_much_and_reloads_the_rest(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_feed, "MOST_IN_ALL", 5)

    async def run() -> None:
        async with harness:
            positions = {}
            for slug in ("ember", "quartz", "slate"):
                made = await harness.organisation(slug, ada="owner")
                first = await post(harness, "First", slug)
                positions[made] = await position(harness, first)
                for number in range(3):
                    await post(harness, f"Number {number}", slug)
            ada = await harness.sessions.find(harness.people["ada"].token, unattended=True)
            assert ada is not None
            told = await live_feed.replay(harness.runtime, ada, {"positions": positions})
            assert [event for _room, event, _payload in told].count("reload") == 2

    asyncio.run(run())


@pytest.mark.parametrize(
    "said", [None, [], "1-1", {"x": "1-1"}, {"ember": 5}, {"ember": "1"}, {"ember": "1-" + "9" * 30}, {"quartz": "1-1"}]
)
def test_what_is_no_position_of_ones_own_organisation_is_left_out(harness: Harness, said: Any) -> None:
    async def run() -> None:
        async with harness, live(harness) as here:
            await harness.organisation("ember", ada="owner")
            await harness.organisation("quartz", eve="owner")
            await post(harness, "Secret", "quartz", "eve")
            positions = {harness.organisations.get(name, name): text for name, text in said.items()} if isinstance(said, dict) else said
            async with connected(here.url, harness.people["ada"].token, positions=positions) as told:
                await until(lambda: any(event == "unread" for event, *_ in told))
                assert [event for event, *_ in told if event in {"feed", "reload"}] == []

    asyncio.run(run())
