"""What a busy process cannot take at once is kept for it: in order, and no longer than its client waits."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kernel.realtime.test_handover import descriptors
from tests.waiting import until

from phoenix.kernel.realtime import handover
from phoenix.kernel.realtime.handover import MOST_BYTES, Handover

BUSY, ANOTHER = 2, 3


class Process:
    """A process that has an address, and takes what is passed on when the test says so."""

    def __init__(self, folder: Path, number: int) -> None:
        self.address = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.address.bind(str(folder / f"realtime-{number}.sock"))
        self.address.setblocking(False)
        self.taken: list[int] = []

    def take(self) -> bool:
        """Take one, if there is one."""
        try:
            data, connections, _flags, _address = socket.recv_fds(self.address, MOST_BYTES, 1)
        except BlockingIOError:
            return False
        self.taken.append(int(data))
        for connection in connections:
            os.close(connection)
        return True

    def take_all(self) -> None:
        while self.take():
            pass


@contextlib.contextmanager
def processes(folder: Path) -> Iterator[tuple[Handover, Process, Process, int]]:
    """One that passes on, a busy one and another, and a connection."""
    folder.mkdir(mode=0o700)
    passing, busy, another = Handover(folder, 1), Process(folder, BUSY), Process(folder, ANOTHER)
    with busy.address, another.address, socket.socket() as connection:
        try:
            yield passing, busy, another, connection.fileno()
        finally:
            passing.close()


def fill(passing: Handover, connection: int) -> int:
    """Pass on to the busy process until one is kept. Returns how many that were."""
    number = 0
    while not passing._kept:
        assert passing.pass_on(BUSY, connection, str(number).encode())
        number += 1
        assert number < 10_000, "the system keeps them all"
    return number


def test_what_comes_behind_one_that_is_kept_does_not_overtake_it(tmp_path: Path) -> None:
    """Although there is room again: what came before on another connection may be what this one refers to."""

    async def run() -> None:
        with processes(tmp_path / "sockets") as (passing, busy, another, connection):
            number = fill(passing, connection)
            assert busy.take()
            assert passing.pass_on(BUSY, connection, str(number).encode())
            assert len(passing._kept) == 2
            assert passing.pass_on(ANOTHER, connection, b"0")
            assert another.take(), "it waits for no other process"

            def all_came() -> bool:
                busy.take_all()
                return len(busy.taken) > number

            await until(all_came)
            assert busy.taken == list(range(number + 1))
            await until(lambda: passing._timer is None)

    asyncio.run(run())


def test_what_is_taken_by_nobody_in_time_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its descriptor, so that its client sees the end and comes again."""
    monkeypatch.setattr(handover, "KEPT_SECONDS", 0.05)

    async def run() -> None:
        with processes(tmp_path / "sockets") as (passing, busy, _another, connection):
            before = descriptors()
            number = fill(passing, connection)
            assert descriptors() == before + 1
            await until(lambda: not passing._kept and passing._timer is None, 10)
            assert descriptors() == before
            busy.take_all()
            assert busy.taken == list(range(number - 1))
            assert passing.pass_on(BUSY, connection, b"7")
            assert busy.take(), "there is room again"

    asyncio.run(run())
