"""N3: who of an organisation is here now, from what every process says about itself, and expires."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.harness import Harness
from tests.kernel.ringing import connected
from tests.sockets import live
from tests.waiting import until

from phoenix.kernel.realtime import sockets as realtime
from phoenix.modules.presence.actions.report import KEPT, report


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "PRESENT_SECONDS", 0.02)


async def here(harness: Harness, by: str = "ada") -> set[str]:
    answer = await harness.get(f"/api/v2/presence?organisation={harness.organisations['ember']}", by=by)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["count"] == len(found["here"])
    return {one["name"] for one in found["here"]}


def last(told: list[tuple[str, Any]]) -> set[str] | None:
    said = [data["here"] for event, data in told if event == "presence"]
    return set(said[-1]) if said else None


def test_who_comes_and_goes_is_told_to_those_who_are_here(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as it:
            await harness.organisation("ember", ada="owner", bo="member")
            ada, bo = (harness.people[who].id for who in ("ada", "bo"))
            async with connected(it.url, harness.people["ada"].token) as told:
                await until(lambda: last(told) == {ada})
                async with connected(it.url, harness.people["bo"].token) as other:
                    await until(lambda: last(told) == last(other) == {ada, bo})
                    assert await here(harness) == {"Ada", "Bo"}
                await until(lambda: last(told) == {ada})
                assert await here(harness) == {"Ada"}

    asyncio.run(run())


def test_who_becomes_invisible_is_no_longer_shown_on_open_pages(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as it:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            ada, bo = (harness.people[who].id for who in ("ada", "bo"))
            async with connected(it.url, harness.people["ada"].token) as told, connected(it.url, harness.people["bo"].token):
                await until(lambda: last(told) == {ada, bo})
                for visible, seen in ((False, {ada}), (True, {ada, bo})):
                    answer = await harness.request("PUT", "/api/v2/me/visibility", by="bo", json={"visible": visible})
                    assert answer.status_code < 300, answer.text
                    await until(lambda seen=seen: last(told) == seen)  # type: ignore[misc]
                answer = await harness.request("PUT", f"/api/v2/presence?organisation={ember}", by="ada", json={"enabled": False})
                assert answer.status_code < 300, answer.text
                await until(lambda: last(told) == set())

    asyncio.run(run())


def test_a_process_that_was_killed_is_forgotten(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await report(harness.runtime, "killed", frozenset({harness.people["bo"].id}))
            assert await here(harness) == {"Bo"}
            harness.clock.advance(seconds=KEPT.total_seconds() + 1)
            assert await here(harness) == set()

    asyncio.run(run())


def test_a_process_that_ends_takes_back_who_was_there(harness: Harness) -> None:
    """Else they would be here for as long as those of one that was killed."""

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await report(harness.runtime, "one", frozenset({harness.people["bo"].id}))
            assert len(await harness.sql("SELECT FROM present")) == 1
        assert await harness.sql("SELECT FROM present") == []

    asyncio.run(run())


def test_nothing_is_written_or_read_twice_while_nothing_changes(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            accounts = frozenset({harness.people["ada"].id})
            first = await report(harness.runtime, "one", accounts)
            assert [(room, event, data.payload["here"]) for room, event, data in first] == [
                (f"organisation:{ember}", "presence", sorted(accounts))
            ]
            assert await report(harness.runtime, "one", accounts) == []
            (row,) = await harness.sql("SELECT version FROM present")
            assert row["version"] == 1
            # The server has crashed: the table is empty.
            await harness.sql("TRUNCATE present")
            harness.clock.advance(seconds=6)
            await report(harness.runtime, "one", accounts)
            assert await here(harness) == {"Ada"}

    asyncio.run(run())


def test_those_who_hide_are_not_here_and_an_organisation_can_show_nobody(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await report(harness.runtime, "one", frozenset(harness.people[who].id for who in ("ada", "bo")))
            await harness.events()
            assert (await harness.put("/api/v2/me/visibility", by="bo", json={"visible": False})).json() == {"visible": False}
            assert await here(harness) == {"Ada"}
            assert (await harness.get("/api/v2/me/visibility", by="bo")).json() == {"visible": False}
            refused = await harness.put(f"/api/v2/presence?organisation={ember}", by="bo", json={"enabled": False})
            assert refused.status_code == 403
            off = await harness.put(f"/api/v2/presence?organisation={ember}", by="ada", json={"enabled": False})
            assert (off.json()["enabled"], off.json()["here"]) == (False, [])
            await harness.put(f"/api/v2/presence?organisation={ember}", by="ada", json={"enabled": True})
            await harness.put("/api/v2/me/visibility", by="bo", json={"visible": True})
            assert await here(harness) == {"Ada", "Bo"}
            assert await harness.events() == [
                "presence.visibility_changed", "presence.switched", "presence.switched", "presence.visibility_changed"
            ]  # fmt: skip

    asyncio.run(run())


def test_strangers_and_those_who_left_see_nobody(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await harness.organisation("quartz", eve="owner")
            await report(harness.runtime, "one", frozenset({harness.people["bo"].id}))
            assert (await harness.get(f"/api/v2/presence?organisation={ember}", by="eve")).status_code == 404
            await harness.delete(f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}", by="ada")
            assert await here(harness) == set()

    asyncio.run(run())
