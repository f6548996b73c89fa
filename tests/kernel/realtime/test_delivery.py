"""A delivery costs only its receivers: whoever nothing has changed for is sent it at once, and the others once they are checked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest
from tests.harness import Harness
from tests.kernel.ringing import Rules, connected
from tests.sockets import Live, Socket, live
from tests.waiting import until

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.errors import Unavailable
from phoenix.kernel.module import Numbered, SocketRule
from phoenix.kernel.realtime import sockets as realtime
from phoenix.kernel.realtime.gathering import RoomMessage
from phoenix.kernel.runtime import Runtime

Follow = Callable[[str], Awaitable[Actor | None]]


@pytest.fixture(autouse=True)
def only_deliveries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is checked because time has passed."""
    monkeypatch.setattr(realtime, "CHECK_SECONDS", 86_400)


def follow_with(here: Live, monkeypatch: pytest.MonkeyPatch, changed: Callable[[str, Follow], Awaitable[Actor | None]]) -> None:
    reader = here.sockets._session_reader
    follow: Follow = reader.follow
    monkeypatch.setattr(reader, "follow", lambda token: changed(token, follow))


async def touch(harness: Harness, name: str) -> None:
    async with harness.runtime.database.transaction() as tx:
        tx.invalidate(ACCOUNT(harness.people[name].id))


async def signed_in(stack: AsyncExitStack, here: Live, harness: Harness, name: str) -> Socket:
    socket = await stack.enter_async_context(Socket(here))
    before = len(here.sockets.rooms._names)
    await socket.sign_in(harness.people[name].token)
    await until(lambda: len(here.sockets.rooms._names) == before + 1)
    await socket.until(lambda: any('"unread"' in text for text in socket.texts))
    return socket


def hears(socket: Socket, text: str) -> bool:
    return any(text in heard for heard in socket.texts)


def to(organisation: str, text: str) -> list[RoomMessage]:
    return [(f"organisation:{organisation}", "rung", text)]


def test_nobody_is_waited_for_where_nothing_has_changed(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(token: str, _follow: Follow) -> Actor | None:
        raise AssertionError(token[:3])

    async def run() -> None:
        async with harness, live(harness) as here, AsyncExitStack() as stack:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            ada, bo = [await signed_in(stack, here, harness, name) for name in ("ada", "bo")]
            follow_with(here, monkeypatch, fails)
            sending = here.sockets.delivery.send(to(ember, "at once"))
            with pytest.raises(StopIteration):
                sending.send(None)
            await ada.until(lambda: hears(ada, "at once"))
            await bo.until(lambda: hears(bo, "at once"))

    asyncio.run(run())


def test_messages_of_other_organisations_do_not_wait_for_a_slow_check(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness, live(harness) as here, AsyncExitStack() as stack:
            ember = await harness.organisation("ember", bo="owner")
            ash = await harness.organisation("ash", ada="owner")
            ada, bo = [await signed_in(stack, here, harness, name) for name in ("ada", "bo")]
            go = asyncio.Event()

            async def slow(token: str, follow: Follow) -> Actor | None:
                if token == harness.people["bo"].token:
                    await go.wait()
                return await follow(token)

            follow_with(here, monkeypatch, slow)
            for name in ("ada", "bo"):
                await touch(harness, name)
            async with asyncio.timeout(10):
                for text in ("first", "second"):
                    await here.sockets.delivery.send([*to(ember, text), *to(ash, text)])
            await ada.until(lambda: hears(ada, "second"))
            assert not hears(bo, "first")
            go.set()
            await bo.until(lambda: hears(bo, "second"))
            assert [text for text in bo.texts if "rung" in text] == ['42["rung","first"]', '42["rung","second"]']
            await until(lambda: all(known.behind is None for known in here.sockets.open.values()))
            assert not len(here.sockets.delivery._turns)

    asyncio.run(run())


def test_what_comes_during_a_check_waits_for_the_next(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check has read the membership before it ended: what is sent after that goes to nobody who lost it."""

    async def run() -> None:
        async with harness, live(harness) as here, AsyncExitStack() as stack:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            bo = await signed_in(stack, here, harness, "bo")
            read, go = asyncio.Event(), asyncio.Event()

            async def slow(token: str, follow: Follow) -> Actor | None:
                actor = await follow(token)
                read.set()
                await go.wait()
                return actor

            follow_with(here, monkeypatch, slow)
            await touch(harness, "bo")
            await here.sockets.delivery.send(to(ember, "before"))
            await read.wait()
            removed = await harness.delete(f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}", by="ada")
            assert removed.status_code == 204
            await here.sockets.delivery.send(to(ember, "after"))
            go.set()
            await bo.until(lambda: hears(bo, "organisation_left"))
            assert not hears(bo, "after")

    asyncio.run(run())


def test_the_sockets_of_a_session_are_checked_once(ringing: Harness, rules: Rules) -> None:
    async def run() -> None:
        async with ringing, live(ringing) as here, AsyncExitStack() as stack:
            ember = await ringing.organisation("ember", ada="owner")
            told = [await stack.enter_async_context(connected(here.url, ringing.people["ada"].token)) for _ in range(3)]
            await until(lambda: all(("missed", {"last": True}) in one for one in told))
            before = len(rules.joined)
            await touch(ringing, "ada")
            await here.sockets.delivery.send(to(ember, "all of them"))
            await until(lambda: all(("rung", "all of them") in one for one in told))
            assert len(rules.joined) == before + 1

    asyncio.run(run())


def test_a_session_that_cannot_be_checked_keeps_no_other_from_being_checked(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "CHECK_SECONDS", 0.01)

    async def run() -> None:
        async with harness, live(harness) as here, AsyncExitStack() as stack:
            await harness.organisation("ember", ada="owner", bo="member")
            ada, bo = [await signed_in(stack, here, harness, name) for name in ("ada", "bo")]

            async def away(token: str, follow: Follow) -> Actor | None:
                if token == harness.people["ada"].token:
                    raise Unavailable
                return await follow(token)

            follow_with(here, monkeypatch, away)
            await touch(harness, "ada")
            assert (await harness.delete("/api/v2/sessions/current", by="bo")).status_code == 204
            await bo.until(lambda: hears(bo, "session_ended"))
            await until(lambda: here.sockets.delivery.unchecked > 3)
            assert not ada.is_closed, "it is checked again soon"
            assert "sessions of sockets" not in harness.runtime.background.down

    asyncio.run(run())


def test_what_was_missed_is_sent_of_no_room_that_was_left_meanwhile(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as here, AsyncExitStack() as stack:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            room = f"organisation:{ember}"

            async def replay(_runtime: Runtime, actor: Actor, _seen: Mapping[str, Any]) -> Sequence[RoomMessage]:
                removed = await harness.delete(f"/api/v2/organisations/{ember}/members/{actor.account}", by="ada")
                assert removed.status_code == 204
                return [(room, "missed", "of ember"), (room, "missed", Numbered(1, "of ember")), ("", "missed", "their own")]

            here.sockets._rules.append(SocketRule(replay=replay))
            socket = await stack.enter_async_context(Socket(here))
            await socket.sign_in(harness.people["bo"].token)
            await socket.until(lambda: hears(socket, "their own"))
            assert not hears(socket, "of ember")
            assert hears(socket, "organisation_left")

    asyncio.run(run())
