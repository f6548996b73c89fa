"""Open sockets are checked regularly: rooms follow memberships, a client learns that its session ended, and a slow reader is disconnected."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from msgspec.structs import replace
from tests.harness import Harness
from tests.kernel.test_socket_connections import Socket, parts
from tests.waiting import until

from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.followers import read_after
from phoenix.kernel.realtime import sockets as realtime
from phoenix.modules.organisations.queries import INSERT_MEMBER


def rooms(harness: Harness, sid: str) -> set[str]:
    _app, sockets = parts(harness)
    return {room for room in sockets.server.rooms(sid) if room.startswith("organisation:")}


def test_rooms_follow_memberships_and_a_client_learns_that_its_session_ended(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "CHECK_SECONDS", 0.01)

    async def run() -> None:
        async with harness, AsyncExitStack() as stack:
            app, sockets = parts(harness)
            ember = await harness.organisation("ember", ada="owner", bo="member")
            socket = await stack.enter_async_context(Socket(app))
            await socket.sign_in(harness.people["bo"].token)
            (sid,) = sockets._open
            assert rooms(harness, sid) == {f"organisation:{ember}"}
            ash = await harness.organisation("ash", ada="owner")
            async with harness.runtime.database.transaction() as tx:
                await tx.execute(INSERT_MEMBER, ash, harness.people["bo"].id, "viewer", tx.now, None)
                tx.invalidate(ACCOUNT(harness.people["bo"].id))
            await until(lambda: rooms(harness, sid) == {f"organisation:{ember}", f"organisation:{ash}"})
            assert (await harness.delete(f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}", by="ada")).status_code == 204
            await until(lambda: rooms(harness, sid) == {f"organisation:{ash}"})
            assert (await harness.delete("/api/v2/sessions/current", by="bo")).status_code == 204
            await socket.until(lambda: any("session_ended" in text for text in socket.texts))
            await until(lambda: sockets.count == 0)

    asyncio.run(run())


def test_a_client_that_reads_too_slowly_is_disconnected(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "CHECK_SECONDS", 86_400)

    async def run() -> None:
        async with harness, AsyncExitStack() as stack:
            app, sockets = parts(harness)
            ada = await harness.person("ada")
            socket = await stack.enter_async_context(Socket(app))
            await socket.sign_in(ada.token)
            (opened,) = sockets._open.values()
            await sockets._check(opened)
            assert sockets.count == 1
            monkeypatch.setattr(realtime, "QUEUE_MOST", -1)
            await sockets._check(opened)
            assert sockets.count == 0

    asyncio.run(run())


def test_an_unknown_session_is_reported_as_ended(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            app, sockets = parts(harness)
            ada = await harness.person("ada")
            async with Socket(app) as socket:
                await socket.sign_in(ada.token)
                (opened,) = sockets._open.values()
                unknown = replace(opened.actor, record=replace(opened.actor.record, session="x_of_no_module"))
                assert await sockets._why(unknown) == "ended"

    asyncio.run(run())


FORGED = [
    '42["disconnect"]',
    '42["disconnect","client namespace disconnect"]',
    '420["disconnect"]',
    '42["connect",{},{"token":"pho_another"}]',
    '42/,["disconnect"]',
    '42["session_ended",{"reason":"x"}]',
]


@pytest.mark.parametrize("frame", FORGED)
def test_no_event_of_a_client_changes_what_is_known_of_its_session(harness: Harness, monkeypatch: pytest.MonkeyPatch, frame: str) -> None:
    """As raw frames: a client that sends an event named like one of ours must still be checked, and lose its rooms with its session."""
    monkeypatch.setattr(realtime, "CHECK_SECONDS", 0.01)

    async def run() -> None:
        async with harness, AsyncExitStack() as stack:
            app, sockets = parts(harness)
            ember = await harness.organisation("ember", ada="owner", bo="member")
            socket = await stack.enter_async_context(Socket(app))
            await socket.sign_in(harness.people["bo"].token)
            (sid,) = sockets._open
            socket.say(frame)
            # The answer to this comes after what was sent before it.
            socket.say("40/nowhere,")
            await socket.until(lambda: any(text.startswith("44/nowhere,") for text in socket.texts))
            assert {sid: opened.token for sid, opened in sockets._open.items()} == {sid: harness.people["bo"].token}
            assert rooms(harness, sid) == {f"organisation:{ember}"}
            assert (await harness.delete(f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}", by="ada")).status_code == 204
            await until(lambda: rooms(harness, sid) == set())

    asyncio.run(run())


def test_a_socket_in_a_room_without_a_session_is_sent_nothing(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "CHECK_SECONDS", 86_400)

    async def run() -> None:
        async with harness, AsyncExitStack() as stack:
            app, sockets = parts(harness)
            ember = await harness.organisation("ember", ada="owner", bo="member")
            socket = await stack.enter_async_context(Socket(app))
            await socket.sign_in(harness.people["bo"].token)
            sockets._open.clear()
            await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "Not for them"})
            async with harness.runtime.database.reader() as db:
                batch = await read_after(db, (0, 0))
            await sockets.deliver(batch)
            await socket.until(lambda: "41" in socket.texts)
            assert not any("Not for them" in text for text in socket.texts)

    asyncio.run(run())
