"""Too many sockets, and sockets on which nobody signs in; and who is sent an event at the moment of delivery."""

from __future__ import annotations

import asyncio
import json
from collections.abc import MutableMapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any

import pytest
import socketio
from tests.harness import Harness

from phoenix.app import Phoenix
from phoenix.kernel.data.followers import read_after
from phoenix.kernel.realtime import sockets as realtime
from phoenix.kernel.realtime.sockets import Sockets

NOT_YET = 9
LATER = 1


@pytest.fixture(autouse=True)
def _no_watching(monkeypatch: pytest.MonkeyPatch) -> None:
    """The periodic check of sockets is off: each test runs it when it needs it."""
    monkeypatch.setattr(realtime, "CHECK_SECONDS", 86_400)


class Wire:
    """A WebSocket as a server hands it to the application; it answers pings, and whatever else it is told to."""

    def __init__(self, app: Phoenix, address: str = "203.0.113.7", *, answers: bool = True, http: bool = True) -> None:
        self._app = app
        self._in: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._changed = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None
        self._answers = answers
        self.sent: list[MutableMapping[str, Any]] = []
        self.scope: dict[str, Any] = {
            "type": "websocket", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "ws", "path": "/socket.io/",
            "raw_path": b"/socket.io/", "query_string": b"EIO=4&transport=websocket", "root_path": "",
            "headers": [(b"host", b"phoenix.test"), (b"upgrade", b"websocket"), (b"connection", b"Upgrade")], "client": (address, 1),
            "server": ("phoenix.test", 80), "subprotocols": [], "extensions": {"websocket.http.response": {}} if http else {},
        }  # fmt: skip

    async def __aenter__(self) -> Wire:
        self._in.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._app(self.scope, self._in.get, self._send))
        await self.until(lambda: self.sent and self.sent[-1]["type"] != "websocket.accept")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._task is not None
        self._in.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(self._task, 10)

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        async with self._changed:
            self.sent.append(message)
            self._changed.notify_all()
        if message["type"] == "websocket.close" and self._answers:
            self._in.put_nowait({"type": "websocket.disconnect", "code": 1008})

    async def until(self, seen: Any) -> None:
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(seen)

    def say(self, text: str) -> None:
        self._in.put_nowait({"type": "websocket.receive", "text": text})

    @property
    def texts(self) -> list[str]:
        return [message["text"] for message in self.sent if message["type"] == "websocket.send"]

    def closed(self) -> tuple[int, str] | None:
        return next(((m["code"], m["reason"]) for m in self.sent if m["type"] == "websocket.close" and "code" in m), None)

    async def sign_in(self, token: str) -> str:
        """Authenticate; what is answered."""
        self.say("40" + json.dumps({"token": token}))
        await self.until(lambda: any(text.startswith("4") for text in self.texts))
        return next(text for text in self.texts if text.startswith("4"))

    async def ended(self) -> None:
        assert self._task is not None
        await asyncio.wait_for(asyncio.shield(self._task), 10)


def parts(harness: Harness) -> tuple[Phoenix, Sockets]:
    assert harness._phoenix is not None
    assert harness._phoenix.sockets is not None
    return harness._phoenix, harness._phoenix.sockets


@pytest.mark.parametrize("answers", [True, False], ids=["a client that closes too", "a client that never does"])
def test_a_socket_on_which_nobody_signs_in_is_closed(harness: Harness, answers: bool) -> None:
    async def run() -> None:
        async with harness:
            app, sockets = parts(harness)
            async with Wire(app, answers=answers) as wire:
                wire.say("3")
                wire.say("40" + json.dumps({"token": "pho_nobody_knows_this_token_at_all"}))
                await wire.until(lambda: any("not_logged_in" in text for text in wire.texts))
                harness.clock.advance(seconds=NOT_YET)
                wire.say("3")
                await sockets.lines.close_unknown()
                assert wire.closed() is None
                harness.clock.advance(seconds=LATER)
                await sockets.lines.close_unknown()
                assert wire.closed() == (1008, "not_authenticated")
                await wire.ended()
                assert wire.sent[-1]["type"] == "websocket.close", "nothing is sent on a closed socket"

    asyncio.run(run())


def test_one_on_which_someone_is_signed_in_stays_until_the_session_ends(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            app, sockets = parts(harness)
            ada = await harness.person("ada")
            async with Wire(app) as wire:
                assert (await wire.sign_in(ada.token)).startswith("40")
                harness.clock.advance(minutes=10)
                await sockets.lines.close_unknown()
                assert wire.closed() is None
                # Its client stays and answers pings, with or without a session.
                assert (await harness.delete("/api/v2/sessions/current", by="ada")).status_code == 204
                (sid,) = sockets._tokens
                await sockets._check(sid, ada.token)
                await wire.until(lambda: any("session_ended" in text for text in wire.texts))
                await sockets.lines.close_unknown()
                assert wire.closed() is None
                harness.clock.advance(seconds=NOT_YET + LATER)
                await sockets.lines.close_unknown()
                assert wire.closed() == (1008, "not_authenticated")
                await wire.ended()

    asyncio.run(run())


@pytest.mark.parametrize("http", [True, False], ids=["before the handshake", "by a close code"])
def test_a_network_has_a_bounded_number_of_sockets(harness: Harness, http: bool) -> None:
    harness.variables["PHOENIX_REALTIME_PER_NETWORK"] = "3"

    async def run() -> None:
        async with harness, AsyncExitStack() as stack:
            app, _sockets = parts(harness)
            first = [await stack.enter_async_context(Wire(app, f"2001:db8:1:2::{n}")) for n in range(2)]
            async with Wire(app, "2001:db8:1:2:ffff::") as third:
                assert all(wire.texts for wire in (*first, third))
                refused = await stack.enter_async_context(Wire(app, "2001:db8:1:2::9", http=http))
                await refused.ended()
                assert refused.texts == []
                if http:
                    assert refused.sent[0]["status"] == 429
                    assert b"retry-after" in dict(refused.sent[0]["headers"])
                else:
                    assert refused.closed() == (1013, "too_many_sockets")
                for elsewhere in ("2001:db8:1:3::1", "203.0.113.7"):
                    assert (await stack.enter_async_context(Wire(app, elsewhere))).texts
            # A socket that has ended no longer counts.
            assert (await stack.enter_async_context(Wire(app, "2001:db8:1:2::9"))).texts

    asyncio.run(run())


def test_behind_a_proxy_sockets_count_by_who_is_behind_it(harness: Harness) -> None:
    harness.variables |= {"PHOENIX_REALTIME_PER_NETWORK": "1", "PHOENIX_TRUSTED_PROXIES": "10.0.0.0/8"}

    async def run() -> None:
        async with harness, AsyncExitStack() as stack:
            app, _sockets = parts(harness)
            opened = []
            for client in (b"203.0.113.7", b"203.0.113.8", b"203.0.113.7"):
                wire = Wire(app, "10.0.0.1")
                wire.scope["headers"] += [(b"x-forwarded-for", client), (b"x-forwarded-proto", b"https")]
                opened.append(bool((await stack.enter_async_context(wire)).texts))
                assert wire.scope["scheme"] == "ws"
            assert opened == [True, True, False]

    asyncio.run(run())


def test_an_account_has_a_bounded_number_of_sockets(harness: Harness) -> None:
    harness.variables["PHOENIX_REALTIME_PER_ACCOUNT"] = "2"

    async def run() -> None:
        async with harness, AsyncExitStack() as stack:
            app, sockets = parts(harness)
            tokens = {name: (await harness.person(name)).token for name in ("ada", "bo")}
            await (await stack.enter_async_context(Wire(app))).sign_in(tokens["ada"])
            async with Wire(app, "198.51.100.1") as second, Wire(app, "198.51.100.2") as third:
                assert "sid" in await second.sign_in(tokens["ada"])
                assert "too_many_sockets" in await third.sign_in(tokens["ada"])
                assert sockets.count == 2
                assert "sid" in await (await stack.enter_async_context(Wire(app))).sign_in(tokens["bo"])
            assert "sid" in await (await stack.enter_async_context(Wire(app))).sign_in(tokens["ada"])

    asyncio.run(run())


def test_a_client_that_leaves_while_it_signs_in_leaves_nothing(harness: Harness) -> None:
    """Sign-in runs alongside the connection, and can finish after it has ended."""

    async def run() -> None:
        async with harness:
            app, sockets = parts(harness)
            ada = await harness.person("ada")
            async with Wire(app) as wire:
                pass
            with pytest.raises(socketio.exceptions.ConnectionRefusedError):
                await sockets._connect("sid", {"asgi.scope": wire.scope}, {"token": ada.token})
            assert sockets.count == 0
            assert not sockets.lines._accounts
            assert not sockets.lines._networks

    asyncio.run(run())


async def told(harness: Harness, wire: Wire, name: str) -> list[str]:
    """The titles of the entries that a socket was told of: everything that was sent to it before a mark that is sent now."""
    _app, sockets = parts(harness)
    sid = next(sid for sid, actor in sockets._people.items() if actor.account == harness.people[name].id)
    await sockets.server.emit("mark", "", to=sid)
    await wire.until(lambda: any('"mark"' in text for text in wire.texts))
    return [json.loads(text[2:])[1]["subject"] for text in wire.texts if text.startswith('42["feed"') and "entries.posted" in text]


def test_a_removed_member_is_sent_nothing_from_later(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """The removal and what came after it are delivered together, before the periodic check of sockets."""
    batches: list[Any] = []

    async def kept(_sockets: Sockets, batch: Any) -> None:
        batches.append(batch)

    deliver = Sockets.deliver
    monkeypatch.setattr(Sockets, "deliver", kept)

    async def run() -> None:
        async with harness, AsyncExitStack() as stack:
            app, sockets = parts(harness)
            ember = await harness.organisation("ember", ada="owner", bo="member", cy="member")
            wires = {name: await stack.enter_async_context(Wire(app)) for name in ("ada", "bo")}
            for name, wire in wires.items():
                await wire.sign_in(harness.people[name].token)
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
            await deliver(sockets, batch)
            assert await told(harness, wires["ada"], "ada") == [answer.json()["id"] for answer in made]
            assert await told(harness, wires["bo"], "bo") == []

    asyncio.run(run())


def test_a_socket_that_cannot_be_checked_is_sent_nothing(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(token: str) -> Any:
        raise RuntimeError(token[:3])

    async def run() -> None:
        async with harness, AsyncExitStack() as stack:
            app, sockets = parts(harness)
            ember = await harness.organisation("ember", ada="owner")
            wire = await stack.enter_async_context(Wire(app))
            await wire.sign_in(harness.people["ada"].token)
            await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "t"})
            async with harness.runtime.database.reader() as db:
                batch = await read_after(db, (0, 0))
            monkeypatch.setattr(sockets._session_reader, "find", broken)
            await sockets.deliver(batch)
            assert sockets.count == 0
            await wire.until(lambda: "41" in wire.texts)

    asyncio.run(run())
