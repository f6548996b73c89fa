"""N1: nothing that a client begins and never ends is kept: an upgrade, answers that it does not read, connections without a socket."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import uvloop
from tests.kernel.realtime.echoing import closed, echoing
from tests.kernel.realtime.test_handover import descriptors
from tests.waiting import until

from phoenix.kernel.realtime import handover, server
from phoenix.kernel.realtime.gate import SocketGate
from phoenix.kernel.realtime.handover import Handover
from phoenix.kernel.realtime.http import MOST_HEAD_BYTES, SPENT, Listener
from phoenix.kernel.realtime.limits import Counts
from phoenix.kernel.realtime.websocket import WebSocket


def test_an_upgrade_that_is_begun_and_never_ended_leaves_the_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "UPGRADE_SECONDS", 0.05)

    async def run() -> None:
        async with echoing() as here:
            sid = await here.open_polls()
            async with here.websocket(sid) as there:
                await there.send("2probe")
                assert await there.recv() == "3probe"
                assert (await closed(there))[1] == "upgrade_timeout"
            await here.post(sid, "40")
            assert "40" in (await here.poll(sid)).text
            # Another can be tried, and one that took the place of the polls in time stays.
            async with here.websocket(sid) as there:
                await there.send("2probe")
                assert await there.recv() == "3probe"
                await there.send("5")
                upgraded = here.server.connections[sid]
                await until(lambda: upgraded.probing is None)
                assert isinstance(upgraded.pipe, WebSocket)
                upgraded.pipe.give_up()
                await there.send('42["message","still here"]')
                while "still here" not in str(await there.recv()):
                    pass

    asyncio.run(run())


class Unread(asyncio.Transport):
    """A connection whose client reads nothing."""

    def __init__(self) -> None:
        super().__init__({"peername": ("203.0.113.5", 1)})
        self.answers = 0
        self.is_aborted = False

    def write(self, data: Any) -> None:
        self.answers += bytes(data).count(b"HTTP/1.1 200")

    def abort(self) -> None:
        self.is_aborted = True


REQUEST = b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\n\r\n"


def test_a_client_that_does_not_read_gets_no_more_answers_until_it_does() -> None:
    async def run() -> None:
        async with echoing() as here:
            listener, transport = Listener(here.server, lambda *_words, **_more: None), Unread()
            listener.connection_made(transport)
            listener.data_received(REQUEST)
            listener.pause_writing()
            listener.data_received(REQUEST * 20)
            assert transport.answers == 1
            listener.resume_writing()
            await until(lambda: transport.answers == 21)
            listener.pause_writing()
            listener.data_received(REQUEST * (MOST_HEAD_BYTES // len(REQUEST)))
            aborted = [transport.is_aborted]
            listener.data_received(REQUEST * 2)
            assert [*aborted, transport.is_aborted] == [False, True]
            listener.connection_lost(None)

    asyncio.run(run())


def test_a_network_has_only_so_many_connections_without_a_socket() -> None:
    web = SimpleNamespace(trusted_proxies=("198.51.100.0/24",), cors_origins=())
    settings: Any = SimpleNamespace(web=web, public_url="", realtime=SimpleNamespace(per_network=1))
    keys: Any = SimpleNamespace(mac=lambda _purpose: b"proof")
    counts = Counts(settings.realtime)
    gate = SocketGate(settings, keys, counts)
    for peer, admitted in (
        ("203.0.113.5", [True, True, False]),
        ("198.51.100.7", [True] * 3),
        ("127.0.0.1", [True] * 3),
        ("::1", [True] * 3),
    ):
        answers = []
        for _ in range(3):
            gate.entered(peer)
            answers.append(gate.admits(peer))
        assert answers == admitted, peer
        gate.left(peer)
        assert gate.admits(peer)
        gate.left(peer)
        gate.left(peer)
    assert not counts.peers


def test_a_websocket_keeps_nothing_of_its_request() -> None:
    """On the loop that Phoenix runs on, which keeps its listener."""

    async def run() -> None:
        async with echoing() as here, here.websocket() as there:
            await there.send("40")
            (listener,) = (one for one in here.server._listeners if one._transport is None)
            assert listener._reader is SPENT
            assert listener._request is None

    uvloop.run(run())


def test_a_connection_too_many_is_told_so_and_every_one_is_counted_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        inside: list[str] = []
        async with echoing(handover=Handover(tmp_path / "sockets", 1)) as here:
            monkeypatch.setattr(here.server, "entered", inside.append)
            monkeypatch.setattr(here.server, "left", inside.remove)
            assert (await here.poll()).status_code == 200
            async with here.websocket() as there:
                await until(lambda: len(inside) == 1)
                await there.send("40")
            monkeypatch.setattr(here.server, "admits", lambda _peer: False)
            assert b"429" in (await here.raw(REQUEST)).split(b"\r\n")[0]
            await here.client.aclose()
            await until(lambda: not inside)

    asyncio.run(run())


def test_many_connections_at_once_reach_a_busy_process_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than the system keeps for it, which is ten."""
    taken: list[bytes] = []

    async def take(accepted: socket.socket, data: bytes) -> None:
        accepted.close()
        taken.append(data)

    async def run() -> None:
        there, here = Handover(tmp_path / "sockets", 1), Handover(tmp_path / "sockets", 2)
        there.open(take)
        before = descriptors()
        one, other = socket.socketpair()
        with one, other:
            sent = [str(number).encode() for number in range(60)]
            assert all(here.pass_on(1, one.fileno(), data) for data in sent)
            await until(lambda: taken == sent)
            # Whoever takes nothing any more keeps nothing of ours open.
            monkeypatch.setattr(handover, "KEPT_SECONDS", 0.02)
            asyncio.get_running_loop().remove_reader(there._socket.fileno())  # type: ignore[union-attr]
            assert all(here.pass_on(1, one.fileno(), b"late") for _ in range(30))
            await until(lambda: not here._kept)
            monkeypatch.setattr(handover, "MOST_KEPT", 0)
            assert not here.pass_on(1, one.fileno(), b"too many")
            monkeypatch.undo()
            assert here.pass_on(1, one.fileno(), b"kept until the end")
            here.close()
            there.close()
        assert descriptors() < before

    asyncio.run(run())


def test_what_is_kept_for_a_process_that_is_gone_is_closed(tmp_path: Path) -> None:
    async def take(accepted: socket.socket, data: bytes) -> None:
        del data
        accepted.close()

    async def run() -> None:
        there, here = Handover(tmp_path / "sockets", 1), Handover(tmp_path / "sockets", 2)
        there.open(take)
        one, other = socket.socketpair()
        with one, other:
            assert all(here.pass_on(1, one.fileno(), b"x") for _ in range(20))
            there.close()
            await until(lambda: not here._kept)
            assert not here.pass_on(1, one.fileno(), b"x")

    asyncio.run(run())
