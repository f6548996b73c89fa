"""The process of sockets under many clients, with everything that it checks in a running Phoenix.

Small here; `make test-long PART=sockets` has PHOENIX_TEST_SOCKETS=10000, with ten connections to each that come and go, and holds them for
ten minutes. What is left of connections is counted wherever they leave something.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bench.churn import Churn, SlowReaders
from bench.crowd import OF_ROOM, Crowd, Server, fill
from bench.sockets import Clients, cpu_seconds
from tests.running import free_port
from tests.waiting import eventually
from websockets.sync.client import ClientConnection, connect

from phoenix.testing import Servers, servers

pytestmark = pytest.mark.slow

AMOUNT = int(os.environ.get("PHOENIX_TEST_SOCKETS", "200"))
IS_LONG = AMOUNT > 1_000
HELD_SECONDS = 600.0 if IS_LONG else 2.0
# In MB. What the allocator keeps for the next connections is not counted by the second time.
MOST_LEFT = 16.0
# Of a core, for 10,000 sockets that are only asked whether they are there.
MOST_IDLE = 0.15
NOTHING = ("connections", "lingering", "listeners", "timers", "signed_in", "checks", "rooms", "counted")


@pytest.fixture(scope="module")
def database() -> Iterator[Servers]:
    with servers() as found:
        yield found


@pytest.fixture(scope="module")
def crowd(database: Servers) -> Crowd:
    return fill(database, AMOUNT)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(database: Servers, crowd: Crowd, port: int) -> Iterator[Server]:
    started = Server(database, crowd, port, PHOENIX_REALTIME_AUTHENTICATE="2")
    try:
        yield started
    finally:
        started.stop()


def is_empty(server: Server) -> dict[str, Any] | None:
    """What it holds, once nothing of a connection is left."""
    held = server.figures()
    return held if not any(held[name] for name in NOTHING) else None


def at_rest(server: Server) -> dict[str, Any]:
    return eventually(lambda: is_empty(server), 120, what=lambda: json.dumps(server.figures()))


@pytest.mark.timeout(2400)
def test_connections_that_come_and_go_leave_nothing_behind(server: Server, crowd: Crowd, port: int) -> None:
    churn = Churn(port, crowd.tokens)
    churn.run(AMOUNT)
    before = at_rest(server)
    churn.run(AMOUNT * 10 if IS_LONG else AMOUNT)
    after = at_rest(server)
    assert after["descriptors"] <= before["descriptors"] + 5
    assert after["tasks"] <= before["tasks"] + 2
    assert after["memory"] <= before["memory"] + MOST_LEFT
    # Those that never sent a whole head were no connections of ours yet.
    assert after["opened"] > churn.opened // 2
    assert {"client_gone", "client_closed", "not_authenticated"} <= set(after["closed"])


@pytest.mark.timeout(1800)
def test_sockets_that_are_held_cost_little_and_are_there_at_the_end(server: Server, crowd: Crowd, port: int, tmp_path: Path) -> None:
    clients = Clients(port, crowd.tokens)
    try:
        rate = clients.open(AMOUNT)
        held = eventually(lambda: found if (found := server.figures())["signed_in"] == AMOUNT else None, what="not all are signed in")
        before = cpu_seconds(server.process.pid)
        answered = clients.hold(HELD_SECONDS)
        spent = cpu_seconds(server.process.pid) - before
        assert server.figures()["signed_in"] == AMOUNT
        server.tell("all", "still-there")
        clients.count(b"still-there", AMOUNT)
        found = {
            "sockets": AMOUNT,
            "seconds": HELD_SECONDS,
            "opened_a_second": round(rate),
            "share_of_a_core": round(spent / HELD_SECONDS, 4),
            "pings_answered": answered,
            "memory": round(held["memory"]),
        }
        Path(os.environ.get("PHOENIX_TEST_FIGURES") or tmp_path / "held.json").write_text(json.dumps(found) + "\n")
        assert not IS_LONG or spent / HELD_SECONDS <= MOST_IDLE
        assert not IS_LONG or answered >= AMOUNT * 10
    finally:
        clients.close()
    at_rest(server)


@pytest.mark.timeout(900)
def test_slow_readers_are_cut_and_the_others_miss_nothing(server: Server, crowd: Crowd, port: int) -> None:
    amount = min(AMOUNT // 4, 200)
    slow, quick = SlowReaders(port, crowd.tokens[:amount]), Clients(port, crowd.tokens[amount : amount * 2])
    try:
        quick.open(amount)
        before = server.figures()["memory"]
        sent = 0
        while server.figures()["closed"].get("slow_reader", 0) < amount:
            assert sent < 20_000
            for number in range(20):
                text = f"tick-{sent + number:06}-{'x' * 4_000}"
                server.tell("room", text)
                quick.count(text.encode(), amount)
            sent += 20
        held = server.figures()
        assert held["signed_in"] == amount
        assert held["memory"] <= before + MOST_LEFT + 1.5 * amount
    finally:
        quick.close()
        slow.close()
    at_rest(server)


class Phone:
    """A client that sleeps: it remembers the position of the last item of the feed, and says it when it returns."""

    def __init__(self, port: int, token: str, organisation: str) -> None:
        self._port, self._token, self._organisation = port, token, organisation
        self.position = ""
        self._there: ClientConnection | None = None
        self._stack = contextlib.ExitStack()

    def connect_again(self) -> None:
        address = f"ws://127.0.0.1:{self._port}/socket.io/?EIO=4&transport=websocket"
        self._there = self._stack.enter_context(connect(address, compression=None, proxy=None, ping_interval=None, close_timeout=1))
        positions = {self._organisation: self.position} if self.position else {}
        self._there.recv(timeout=30)
        self._there.send("40" + json.dumps({"token": self._token, "positions": positions}))

    def next(self) -> tuple[str, Any]:
        """The next item of the feed of the organisation, or that it has to reload."""
        assert self._there is not None
        while True:
            text = str(self._there.recv(timeout=60))
            if text == "2":
                self._there.send("3")
            elif text.startswith(('42["feed"', '42["reload"')):
                event, data = json.loads(text[2:])
                if data["organisation"] == self._organisation:
                    self.position = data.get("position", self.position)
                    return event, data

    def settled(self) -> None:
        """Read until it knows how many are unread, which comes behind what it missed."""
        assert self._there is not None
        while not str(self._there.recv(timeout=60)).startswith('42["unread"'):
            pass

    def sleep(self) -> None:
        """Without a word, as a phone does."""
        if self._there is not None:
            self._there.socket.shutdown(socket.SHUT_RDWR)
        self._there = None
        self._stack.close()


def place(position: str) -> tuple[int, int]:
    transaction, _, number = position.partition("-")
    return int(transaction), int(number)


@pytest.mark.timeout(900)
def test_a_client_that_sleeps_and_returns_gets_exactly_the_rest_or_is_told_to_reload(server: Server, crowd: Crowd, port: int) -> None:
    organisation = crowd.organisations["room"]
    others = Clients(port, crowd.tokens[1 : min(AMOUNT, OF_ROOM)])
    phone, always = (Phone(port, crowd.tokens[0], organisation) for _ in range(2))
    always.connect_again()
    always.settled()
    phone.connect_again()
    phone.settled()
    rounds = 20 if IS_LONG else 3
    try:
        others.open(min(AMOUNT, OF_ROOM) - 1 if IS_LONG else 10)
        server.tell("post", 1)
        assert phone.next()[1]["position"] == always.next()[1]["position"]
        for number in range(rounds):
            phone.sleep()
            # With the two below, as many as it is sent at most.
            missed = 98 if number == 1 else 1 + number * 3
            server.tell("post", missed)
            expected = [always.next()[1]["position"] for _ in range(missed)]
            assert sorted(expected, key=place) == expected
            phone.connect_again()
            # What is written while it returns comes behind what it missed.
            server.tell("post", 2)
            expected += [always.next()[1]["position"] for _ in range(2)]
            assert [phone.next()[1]["position"] for _ in expected] == expected
        phone.sleep()
        server.tell("post", 101)
        last = [always.next()[1]["position"] for _ in range(101)][-1]
        phone.connect_again()
        assert phone.next()[0] == "reload"
        server.tell("post", 1)
        event, item = phone.next()
        assert event == "feed"
        assert place(item["position"]) > place(last)
    finally:
        others.close()
        phone.sleep()
        always.sleep()
    at_rest(server)
