"""Connections that reached the wrong process: one port leads to several, and only one of them knows a sid.

The process that accepted it passes the open connection on, with what it has read of the request, over a socket of the file system that
only this user can open (SCM_RIGHTS). From then on the two have nothing to do with each other.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import stat
import tempfile
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import structlog

from phoenix.kernel.background import once

log = structlog.get_logger(__name__)

SID_BYTES = 15
# A head and a body of a request, both bounded.
MOST_BYTES = 65_536
# Addresses in the file system are short: 108 bytes on Linux, 104 on macOS.
LONGEST_ADDRESS = 100

# The system keeps few datagrams for a process that is busy (net.unix.max_dgram_qlen). What it does not take is kept here and tried again.
MOST_KEPT = 1_000
TRY_SECONDS = 0.01
KEPT_SECONDS = 5.0

Take = Callable[[socket.socket, bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A connection that a process had no room for: a copy of its descriptor, what was read of it, and until when that is tried."""

    number: int
    connection: int
    data: bytes
    until: float


class Handover:
    """One process among several. `number` is its own, from 1; each sid begins with that of its process."""

    def __init__(self, folder: Path, number: int) -> None:
        self.number = number
        self._folder = folder if len(str(folder / _name(number))) <= LONGEST_ADDRESS else _short(folder)
        self._socket: socket.socket | None = None
        self._kept: deque[_Kept] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def new_sid(self) -> str:
        return f"{self.number}.{secrets.token_urlsafe(SID_BYTES)}"

    def owner(self, sid: str) -> int:
        """The number of the process that named it; 0 if none did."""
        number = sid.partition(".")[0]
        return int(number) if number.isascii() and number.isdigit() and len(number) <= 3 else 0

    def open(self, take: Take) -> None:
        """Take what others pass on. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self._folder.stat()
        if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o022:
            raise PermissionError(f"{self._folder} belongs to someone else, or others can write to it.")
        address = self._folder / _name(self.number)
        address.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        before = os.umask(0o177)
        try:
            self._socket.bind(str(address))
        finally:
            os.umask(before)
        self._socket.setblocking(False)
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._receive, take)

    def close(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None
            (self._folder / _name(self.number)).unlink(missing_ok=True)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._kept:
            os.close(self._kept.popleft().connection)

    def pass_on(self, number: int, connection: int, data: bytes) -> bool:
        """Pass a connection on by its file descriptor, which stays open here. False if that process cannot take it.

        One that is busy takes it in its turn: until then a copy of the descriptor is kept.
        """
        try:
            # In order: a request that came before on another connection may be what this one refers to.
            if any(kept.number == number for kept in self._kept) or not self._send(number, connection, data):
                return self._keep(number, connection, data)
        except OSError as error:
            log.info("socket_not_passed_on", process=number, error=type(error).__name__)
            return False
        return True

    def _send(self, number: int, connection: int, data: bytes) -> bool:
        """Whether the process took it; False if it has no room now. Raises OSError if there is none."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MOST_BYTES)
            sender.connect(str(self._folder / _name(number)))
            try:
                socket.send_fds(sender, [data], [connection])
            except BlockingIOError:
                return False
        return True

    def _keep(self, number: int, connection: int, data: bytes) -> bool:
        if len(self._kept) >= MOST_KEPT:
            log.warning("socket_not_passed_on", process=number, error="too many wait")
            return False
        loop = asyncio.get_running_loop()
        self._kept.append(_Kept(number, os.dup(connection), data, loop.time() + KEPT_SECONDS))
        if self._timer is None:
            self._timer = loop.call_later(TRY_SECONDS, self._try_again)
        return True

    def _try_again(self) -> None:
        """Send what was kept, until a process has no room again. What nobody takes in time is closed, and its client comes again."""
        loop, full, left = asyncio.get_running_loop(), set[int](), deque[_Kept]()
        for kept in self._kept:
            try:
                passed = kept.number not in full and self._send(kept.number, kept.connection, kept.data)
            except OSError as error:
                log.info("socket_not_passed_on", process=kept.number, error=type(error).__name__)
                passed = True
            if passed or loop.time() >= kept.until:
                os.close(kept.connection)
            else:
                full.add(kept.number)
                left.append(kept)
        self._kept = left
        self._timer = loop.call_later(TRY_SECONDS, self._try_again) if left else None

    def _receive(self, take: Take) -> None:
        assert self._socket is not None  # noqa: S101 - there is a reader as long as there is a socket
        with contextlib.suppress(BlockingIOError):
            while True:
                data, connections, _flags, _address = socket.recv_fds(self._socket, MOST_BYTES, 1)
                for connection in connections:
                    accepted = socket.socket(fileno=connection)
                    accepted.setblocking(False)
                    once("take a socket", _taken(take, accepted, data))


async def _taken(take: Take, accepted: socket.socket, data: bytes) -> None:
    await take(accepted, data)


def _name(number: int) -> str:
    return f"realtime-{number}.sock"


def _short(folder: Path) -> Path:
    return Path(tempfile.gettempdir()) / f"phoenix-{os.geteuid()}-{sha256(str(folder).encode()).hexdigest()[:16]}"
