"""Limits on sockets, sockets on which nobody signs in, and who receives an event when it is delivered."""

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


class Socket:
    """A WebSocket as an ASGI server passes it to the application: it records what the application sends, and can send messages."""

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

    async def __aenter__(self) -> Socket:
        self._in.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._app(self.scope, self._in.get, self._send))
        await self.until(lambda: self.sent and self.sent[-1]["type"] != "websocket.accept")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._task is not None
        self._in.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(self._task, 60)

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
        """Authenticate, and return the answer."""
        self.say("40" + json.dumps({"token": token}))
        await self.until(lambda: any(text.startswith("4") for text in self.texts))
        return next(text for text in self.texts if text.startswith("4"))

    async def ended(self) -> None:
        assert self._task is not None
        await asyncio.wait_for(asyncio.shield(self._task), 60)


def parts(harness: Harness) -> tuple[Phoenix, Sockets]:
    assert harness._phoenix is not None
    assert harness._phoenix.sockets is not None
    return harness._phoenix, harness._phoenix.sockets


@pytest.mark.parametrize("answers", [True, False], ids=["a client that closes too", "a client that never does"])
def test_a_socket_on_which_nobody_signs_in_is_closed(harness: Harness, answers: bool) -> None:
    async def run() -> None:
        async with harness:
            app, sockets = parts(harness)
            async with Socket(app, answers=answers) as socket:
                socket.say("3")
                socket.say("40" + json.dumps({"token": "pho_nobody_knows_this_token_at_all"}))
                await socket.until(lambda: any("not_logged_in" in text for text in socket.texts))
                harness.clock.advance(seconds=NOT_YET)
                socket.say("3")
                await sockets.connections.close_unknown()
                assert socket.closed() is None
                harness.clock.advance(seconds=LATER)
                await sockets.connections.close_unknown()
                assert socket.closed() == (1008, "not_authenticated")
                await socket.ended()
                assert socket.sent[-1]["type"] == "websocket.close", "nothing is sent on a closed socket"

    asyncio.run(run())


def test_a_socket_on_which_someone_signed_in_stays_open_until_the_session_ends(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            app, sockets = parts(harness)
            ada = await harness.person("ada")
            async with Socket(app) as socket:
                assert (await socket.sign_in(ada.token)).startswith("40")
                harness.clock.advance(minutes=10)
                await sockets.connections.close_unknown()
                assert socket.closed() is None
                # The client stays connected and answers pings, with or without a session.
                assert (await harness.delete("/api/v2/sessions/current", by="ada")).status_code == 204
                (opened,) = sockets._open.values()
                await sockets._check(opened)
                await socket.until(lambda: any("session_ended" in text for text in socket.texts))
                await sockets.connections.close_unknown()
                assert socket.closed() is None
                harness.clock.advance(seconds=NOT_YET + LATER)
                await sockets.connections.close_unknown()
                assert socket.closed() == (1008, "not_authenticated")
                await socket.ended()

    asyncio.run(run())


@pytest.mark.parametrize("http", [True, False], ids=["before the handshake", "by a close code"])
def test_the_number_of_sockets_of_a_network_is_limited(harness: Harness, http: bool) -> None:
    harness.variables["PHOENIX_REALTIME_PER_NETWORK"] = "3"

    async def run() -> None:
        async with harness, AsyncExitStack() as stack:
            app, _sockets = parts(harness)
            first = [await stack.enter_async_context(Socket(app, f"2001:db8:1:2::{n}")) for n in range(2)]
            async with Socket(app, "2001:db8:1:2:ffff::") as third:
                assert all(socket.texts for socket in (*first, third))
                refused = await stack.enter_async_context(Socket(app, "2001:db8:1:2::9", http=http))
                await refused.ended()
                assert refused.texts == []
                if http:
                    assert refused.sent[0]["status"] == 429
                    assert b"retry-after" in dict(refused.sent[0]["headers"])
                else:
                    assert refused.closed() == (1013, "too_many_sockets")
                for elsewhere in ("2001:db8:1:3::1", "203.0.113.7"):
                    assert (await stack.enter_async_context(Socket(app, elsewhere))).texts
            # A socket that has ended no longer counts.
            assert (await stack.enter_async_context(Socket(app, "2001:db8:1:2::9"))).texts

    asyncio.run(run())


def test_sockets_behind_a_proxy_are_counted_by_the_client_address(harness: Harness) -> None:
    harness.variables |= {"PHOENIX_REALTIME_PER_NETWORK": "1", "PHOENIX_TRUSTED_PROXIES": "10.0.0.0/8"}

    async def run() -> None:
        async with harness, AsyncExitStack() as stack:
            app, _sockets = parts(harness)
            opened = []
            for client in (b"203.0.113.7", b"203.0.113.8", b"203.0.113.7"):
                socket = Socket(app, "10.0.0.1")
                socket.scope["headers"] += [(b"x-forwarded-for", client), (b"x-forwarded-proto", b"https")]
                opened.append(bool((await stack.enter_async_context(socket)).texts))
                assert socket.scope["scheme"] == "ws"
            assert opened == [True, True, False]

    asyncio.run(run())


def test_the_number_of_sockets_of_an_account_is_limited(harness: Harness) -> None:
    harness.variables["PHOENIX_REALTIME_PER_ACCOUNT"] = "2"

    async def run() -> None:
        async with harness, AsyncExitStack() as stack:
            app, sockets = parts(harness)
            tokens = {name: (await harness.person(name)).token for name in ("ada", "bo")}
            await (await stack.enter_async_context(Socket(app))).sign_in(tokens["ada"])
            async with Socket(app, "198.51.100.1") as second, Socket(app, "198.51.100.2") as third:
                assert "sid" in await second.sign_in(tokens["ada"])
                assert "too_many_sockets" in await third.sign_in(tokens["ada"])
                assert sockets.count == 2
                assert "sid" in await (await stack.enter_async_context(Socket(app))).sign_in(tokens["bo"])
            assert "sid" in await (await stack.enter_async_context(Socket(app))).sign_in(tokens["ada"])

    asyncio.run(run())


def test_a_client_that_leaves_while_signing_in_is_not_counted(harness: Harness) -> None:
    """Sign-in runs alongside the connection, and can finish after it has ended."""

    async def run() -> None:
        async with harness:
            app, sockets = parts(harness)
            ada = await harness.person("ada")
            async with Socket(app) as socket:
                pass
            with pytest.raises(socketio.exceptions.ConnectionRefusedError):
                await sockets._connect("sid", {"asgi.scope": socket.scope}, {"token": ada.token})
            assert sockets.count == 0
            assert not sockets.connections._accounts
            assert not sockets.connections._networks

    asyncio.run(run())


async def entries_sent(harness: Harness, socket: Socket, name: str) -> list[str]:
    """The ids of the entries that a socket was sent, up to a mark that is sent now."""
    _app, sockets = parts(harness)
    sid = next(sid for sid, opened in sockets._open.items() if opened.actor.account == harness.people[name].id)
    await sockets.server.emit("mark", "", to=sid)
    await socket.until(lambda: any('"mark"' in text for text in socket.texts))
    return [json.loads(text[2:])[1]["subject"] for text in socket.texts if text.startswith('42["feed"') and "entries.posted" in text]


def test_a_removed_member_is_not_sent_later_events(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """The removal and the entry after it are delivered in one batch, before the periodic check of sockets."""
    batches: list[Any] = []

    async def kept(_sockets: Sockets, batch: Any) -> None:
        batches.append(batch)

    deliver = Sockets.deliver
    monkeypatch.setattr(Sockets, "deliver", kept)

    async def run() -> None:
        async with harness, AsyncExitStack() as stack:
            app, sockets = parts(harness)
            ember = await harness.organisation("ember", ada="owner", bo="member", cy="member")
            by_name = {name: await stack.enter_async_context(Socket(app)) for name in ("ada", "bo")}
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
            await deliver(sockets, batch)
            assert await entries_sent(harness, by_name["ada"], "ada") == [answer.json()["id"] for answer in made]
            assert await entries_sent(harness, by_name["bo"], "bo") == []

    asyncio.run(run())


def test_a_socket_that_cannot_be_checked_is_sent_nothing(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(token: str) -> Any:
        raise RuntimeError(token[:3])

    async def run() -> None:
        async with harness, AsyncExitStack() as stack:
            app, sockets = parts(harness)
            ember = await harness.organisation("ember", ada="owner")
            socket = await stack.enter_async_context(Socket(app))
            await socket.sign_in(harness.people["ada"].token)
            await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "t"})
            async with harness.runtime.database.reader() as db:
                batch = await read_after(db, (0, 0))
            monkeypatch.setattr(sockets._session_reader, "follow", broken)
            await sockets.deliver(batch)
            assert sockets.count == 0
            await socket.until(lambda: "41" in socket.texts)

    asyncio.run(run())
