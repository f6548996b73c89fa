"""Limits on sockets, sockets on which nobody signs in, and who receives an event when it is delivered."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any

import pytest
from tests.harness import Harness
from tests.sockets import Live, Socket, live
from tests.waiting import until
from websockets.exceptions import InvalidStatus

from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.followers import read_after
from phoenix.kernel.realtime import sockets as realtime
from phoenix.kernel.realtime.sockets import Sockets


@pytest.fixture(autouse=True)
def _no_watching(monkeypatch: pytest.MonkeyPatch) -> None:
    """The periodic check of sockets is off: each test runs it when it needs it."""
    monkeypatch.setattr(realtime, "CHECK_SECONDS", 86_400)


@pytest.fixture
def proxied(harness: Harness) -> Harness:
    """Clients of the test are counted by the address that they say they have."""
    harness.variables["PHOENIX_TRUSTED_PROXIES"] = "127.0.0.0/8"
    return harness


@pytest.mark.parametrize("says", [(), ('40{"token":"pho_nobody_knows_this_token_at_all"}',)], ids=["nothing", "a wrong token"])
def test_a_socket_on_which_nobody_signs_in_is_closed(harness: Harness, says: tuple[str, ...]) -> None:
    harness.variables["PHOENIX_REALTIME_AUTHENTICATE"] = "1"

    async def run() -> None:
        async with harness, live(harness) as here, Socket(here) as socket:
            for text in says:
                await socket.say(text)
                await socket.until(lambda: any("not_logged_in" in text for text in socket.texts))
                assert socket.closed is None, "it can try again"
            await socket.ended()
            assert socket.closed == (1008, "not_authenticated")
            assert not here.sockets.server.connections
            assert not here.sockets.counts.networks

    asyncio.run(run())


def test_a_socket_on_which_someone_signed_in_stays_open_until_the_session_ends(harness: Harness) -> None:
    harness.variables["PHOENIX_REALTIME_AUTHENTICATE"] = "1"

    async def run() -> None:
        async with harness, live(harness) as here:
            ada = await harness.person("ada")
            async with Socket(here) as socket, Socket(here) as other:
                assert (await socket.sign_in(ada.token)).startswith("40")
                # Its own time is over when that of a later socket is.
                await other.ended()
                assert socket.closed is None
                assert (await harness.delete("/api/v2/sessions/current", by="ada")).status_code == 204
                await here.sockets.check(here.only)
                await socket.ended()
                assert socket.texts[-2:] == ['42["session_ended",{"reason":"logged_out"}]', "41"]
                assert socket.closed == (1000, "session_ended")

    asyncio.run(run())


def test_the_number_of_sockets_of_a_network_is_limited(proxied: Harness) -> None:
    proxied.variables["PHOENIX_REALTIME_PER_NETWORK"] = "3"

    async def run() -> None:
        async with proxied, live(proxied) as here, AsyncExitStack() as stack:
            for number in range(2):
                await stack.enter_async_context(Socket(here, f"2001:db8:1:2::{number}"))
            async with Socket(here, "2001:db8:1:2:ffff::"):
                with pytest.raises(InvalidStatus) as refused:
                    await stack.enter_async_context(Socket(here, "2001:db8:1:2::9"))
                assert refused.value.response.status_code == 429
                assert "retry-after" in refused.value.response.headers
                for elsewhere in ("2001:db8:1:3::1", "203.0.113.7"):
                    assert (await stack.enter_async_context(Socket(here, elsewhere))).texts
            # A socket that has ended no longer counts.
            await until(lambda: here.sockets.counts.networks["2001:db8:1:2::/64"] == 2)
            assert (await stack.enter_async_context(Socket(here, "2001:db8:1:2::9"))).texts

    asyncio.run(run())


def test_an_address_that_is_only_claimed_counts_for_nothing(harness: Harness) -> None:
    """Neither in X-Forwarded-For of a client, nor as if a web worker had handed the socket on."""
    harness.variables["PHOENIX_REALTIME_PER_NETWORK"] = "1"

    async def run() -> None:
        async with harness, live(harness) as here, Socket(here, "203.0.113.1"):
            for number, claimed in enumerate(({}, {"X-Phoenix-Client": "203.0.113.9"}, {"X-Phoenix-Client": "x", "X-Phoenix-Relay": "00"})):
                with pytest.raises(InvalidStatus):
                    await Socket(here, f"203.0.113.{number}", **claimed).__aenter__()

    asyncio.run(run())


def test_the_number_of_sockets_of_an_account_is_limited(proxied: Harness) -> None:
    proxied.variables["PHOENIX_REALTIME_PER_ACCOUNT"] = "2"

    async def run() -> None:
        async with proxied, live(proxied) as here, AsyncExitStack() as stack:
            tokens = {name: (await proxied.person(name)).token for name in ("ada", "bo")}
            await (await stack.enter_async_context(Socket(here))).sign_in(tokens["ada"])
            async with Socket(here, "198.51.100.1") as second, Socket(here, "198.51.100.2") as third:
                assert "sid" in await second.sign_in(tokens["ada"])
                assert "too_many_sockets" in await third.sign_in(tokens["ada"])
                assert len(here.sockets.open) == 2
                assert "sid" in await (await stack.enter_async_context(Socket(here))).sign_in(tokens["bo"])
            await until(lambda: len(here.sockets.open) == 2)
            assert "sid" in await (await stack.enter_async_context(Socket(here))).sign_in(tokens["ada"])

    asyncio.run(run())


def test_a_client_that_leaves_while_signing_in_is_not_counted(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign-in runs beside the connection, and can finish after it has ended."""
    asked, gone = asyncio.Event(), asyncio.Event()
    connect = Sockets.connect

    async def late(sockets: Sockets, socket: Any, auth: Any) -> None:
        asked.set()
        await gone.wait()
        await connect(sockets, socket, auth)

    async def run() -> None:
        async with harness, live(harness) as here:
            ada = await harness.person("ada")
            monkeypatch.setattr(Sockets, "connect", late)
            async with Socket(here) as socket:
                await socket.say("40" + json.dumps({"token": ada.token}))
                await asked.wait()
            await until(lambda: not here.sockets.server.connections)
            gone.set()
            await here.sockets.server.close()
            assert not here.sockets.open
            assert not here.sockets.counts.accounts
            assert not here.sockets.counts.networks

    asyncio.run(run())


async def entries_sent(harness: Harness, here: Live, socket: Socket, name: str) -> list[str]:
    """The ids of the entries that a socket was sent, up to a mark that is sent now."""
    here.socket_of(harness.people[name].id).emit("mark", "")
    await socket.until(lambda: any('"mark"' in text for text in socket.texts))
    return [json.loads(text[2:])[1]["subject"] for text in socket.texts if text.startswith('42["feed"') and "entries.posted" in text]


def test_a_removed_member_is_not_sent_later_events(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """The removal and the entry after it are delivered in one batch, before the periodic check of sockets."""

    async def kept(_sockets: Sockets, _batch: Any) -> None: ...

    deliver = Sockets.deliver
    monkeypatch.setattr(Sockets, "deliver", kept)

    async def run() -> None:
        async with harness, live(harness) as here, AsyncExitStack() as stack:
            ember = await harness.organisation("ember", ada="owner", bo="member", cy="member")
            by_name = {name: await stack.enter_async_context(Socket(here)) for name in ("ada", "bo")}
            for name, socket in by_name.items():
                await socket.sign_in(harness.people[name].token)
            made = [await harness.post("/api/v2/entries", by="cy", json={"organisation": ember, "title": "before"})]
            assert (await harness.delete(f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}", by="ada")).status_code == 204
            made.append(await harness.post("/api/v2/entries", by="cy", json={"organisation": ember, "title": "after"}))
            async with harness.runtime.database.reader() as db:
                batch = await read_after(db, (0, 0))
            assert [event.kind for event in batch if event.organisation == ember][-3:] == [
                "entries.posted",
                "organisations.member_left",
                "entries.posted",
            ]
            await deliver(here.sockets, batch)
            assert await entries_sent(harness, here, by_name["ada"], "ada") == [answer.json()["id"] for answer in made]
            assert await entries_sent(harness, here, by_name["bo"], "bo") == []

    asyncio.run(run())


def test_a_socket_that_cannot_be_checked_is_sent_nothing(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(token: str) -> Any:
        raise RuntimeError(token[:3])

    async def run() -> None:
        async with harness, live(harness) as here, AsyncExitStack() as stack:
            ember = await harness.organisation("ember", ada="owner")
            socket = await stack.enter_async_context(Socket(here))
            await socket.sign_in(harness.people["ada"].token)
            await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "Not for them"})
            async with harness.runtime.database.reader() as db:
                batch = await read_after(db, (0, 0))
            async with harness.runtime.database.transaction() as tx:
                tx.invalidate(ACCOUNT(harness.people["ada"].id))
            monkeypatch.setattr(here.sockets._session_reader, "follow", broken)
            await here.sockets.deliver(batch)
            await until(lambda: not here.sockets.open)
            await socket.ended()
            assert socket.closed == (1000, "not_checked")
            assert not any("Not for them" in text for text in socket.texts)

    asyncio.run(run())


def test_a_socket_that_is_cut_while_it_changes_rooms_is_in_none(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Telling it that it left a room cuts a slow reader; it must not enter another one afterwards."""

    async def run() -> None:
        async with harness, live(harness) as here, AsyncExitStack() as stack:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            quartz = await harness.organisation("quartz", bo="owner")
            socket = await stack.enter_async_context(Socket(here))
            await socket.sign_in(harness.people["bo"].token)
            there = here.socket_of(harness.people["bo"].id)
            known = here.sockets.open[there]
            monkeypatch.setattr(type(there), "emit", lambda each, *_said: each.connection.end("slow_reader", at_once=True))
            rooms = frozenset({f"organisation:{quartz}", "organisation:another"})
            here.sockets._change_rooms(there, known, known.actor, rooms)
            assert there not in here.sockets.open
            assert [room for room in (f"organisation:{ember}", *rooms) if here.sockets.rooms.inside(room)] == []

    asyncio.run(run())


@pytest.mark.parametrize("whose", ["its own", "someone else's"])
def test_the_socket_of_a_page_is_refused_to_anyone_but_its_reader(harness: Harness, whose: str) -> None:
    """The cookie of its browser can be someone else's by now."""

    async def run() -> None:
        async with harness, live(harness) as here, Socket(here) as socket:
            ada, bo = await harness.person("ada"), await harness.person("bo")
            await socket.say("40" + json.dumps({"token": ada.token, "reader": ada.id if whose == "its own" else bo.id}))
            await socket.until(lambda: any(text.startswith(("40", "44")) for text in socket.texts))
            answer = next(text for text in socket.texts if text.startswith(("40", "44")))
            assert answer.startswith("40") if whose == "its own" else "not_logged_in" in answer

    asyncio.run(run())
