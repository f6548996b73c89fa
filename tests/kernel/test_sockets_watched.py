"""Open sockets are checked regularly: rooms follow memberships, a client learns that its session ended, and a slow reader is disconnected."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from msgspec.structs import replace
from tests.harness import Harness
from tests.sockets import Live, Socket, live
from tests.waiting import until

from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.realtime import sockets as realtime
from phoenix.modules.organisations.queries import INSERT_MEMBER


def rooms(here: Live) -> set[str]:
    return {room for room in here.sockets.rooms.names(here.only) if room.startswith("organisation:")}


def test_rooms_follow_memberships_and_a_client_learns_that_its_session_ended(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "CHECK_SECONDS", 0.01)

    async def run() -> None:
        async with harness, live(harness) as here, AsyncExitStack() as stack:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            socket = await stack.enter_async_context(Socket(here))
            await socket.sign_in(harness.people["bo"].token)
            assert rooms(here) == {f"organisation:{ember}"}
            ash = await harness.organisation("ash", ada="owner")
            async with harness.runtime.database.transaction() as tx:
                await tx.execute(INSERT_MEMBER, ash, harness.people["bo"].id, "viewer", tx.now, None)
                tx.invalidate(ACCOUNT(harness.people["bo"].id))
            await until(lambda: rooms(here) == {f"organisation:{ember}", f"organisation:{ash}"})
            assert (await harness.delete(f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}", by="ada")).status_code == 204
            await until(lambda: rooms(here) == {f"organisation:{ash}"})
            assert (await harness.delete("/api/v2/sessions/current", by="bo")).status_code == 204
            await socket.until(lambda: any("session_ended" in text for text in socket.texts))
            await until(lambda: not here.sockets.open)

    asyncio.run(run())


def test_an_unknown_session_is_reported_as_ended(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as here:
            ada = await harness.person("ada")
            async with Socket(here) as socket:
                await socket.sign_in(ada.token)
                actor = here.sockets.open[here.only].actor
                unknown = replace(actor, record=replace(actor.record, session="x_of_no_module"))
                assert await here.sockets._why(unknown) == "ended"

    asyncio.run(run())


CLOSED = [
    '42["disconnect"]',
    '42["disconnect","client namespace disconnect"]',
    '420["disconnect"]',
    '42["connect",{},{"token":"pho_another"}]',
    '42/,["disconnect"]',
]


@pytest.mark.parametrize("frame", CLOSED)
def test_an_event_that_no_client_sends_closes_its_connection(harness: Harness, frame: str) -> None:
    """As raw frames: these are names of what clients themselves call."""

    async def run() -> None:
        async with harness, live(harness) as here, Socket(here) as socket:
            await harness.organisation("ember", ada="owner")
            await socket.sign_in(harness.people["ada"].token)
            await socket.say(frame)
            await socket.ended()
            assert socket.closed == (1002, "protocol_error")
            assert not here.sockets.open
            assert not list(here.sockets.rooms)

    asyncio.run(run())


IGNORED = ['42["session_ended",{"reason":"x"}]', '42["organisation_left",{}]', '427["feed"]', "42[7]", "431[]"]


@pytest.mark.parametrize("frame", IGNORED)
def test_no_event_of_a_client_changes_what_is_known_of_its_session(harness: Harness, monkeypatch: pytest.MonkeyPatch, frame: str) -> None:
    """As raw frames: a client that sends an event named like one of ours must still be checked, and lose its rooms with its session."""
    monkeypatch.setattr(realtime, "CHECK_SECONDS", 0.01)

    async def run() -> None:
        async with harness, live(harness) as here, AsyncExitStack() as stack:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            socket = await stack.enter_async_context(Socket(here))
            await socket.sign_in(harness.people["bo"].token)
            await socket.say(frame)
            # The answer to this comes after what was sent before it.
            await socket.say("40/nowhere,")
            await socket.until(lambda: any(text.startswith("44/nowhere,") for text in socket.texts))
            assert [known.token for known in here.sockets.open.values()] == [harness.people["bo"].token]
            assert rooms(here) == {f"organisation:{ember}"}
            assert (await harness.delete(f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}", by="ada")).status_code == 204
            await until(lambda: rooms(here) == set())

    asyncio.run(run())
