"""Connections that come and go, in every way that clients end: for the long test of sockets.

    python -m bench.churn PORT TOKEN...

opens a socket for each token, prints `open`, and holds them until it is killed.
"""

from __future__ import annotations

import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.sockets import ADDRESSES, Clients, masked, read_until

# In each round, and how many of them end by the death of their process, which takes a while to start.
ROUND, KILLED, OFTEN = 1_000, 200, 100
HALF_A_HEAD = b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\n"
POLL = b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\n\r\n"
CLOSE = b"\x88\x80\0\0\0\0"


class Churn:
    """Opens and ends connections. Those that say nothing more wait until the server ends them."""

    def __init__(self, port: int, tokens: Sequence[str]) -> None:
        self._port = port
        self._tokens = tokens
        self._left: list[socket.socket] = []
        self.opened = 0

    def run(self, amount: int) -> None:
        """So many connections, in rounds of as many ends as there are."""
        ways: tuple[Callable[[int], None], ...] = (self._normal, self._dropped, self._half_open, self._never_signed_in, self._polled)
        until = self.opened + amount
        while self.opened < until:
            for number in range(min(ROUND - KILLED, until - self.opened)):
                ways[number % len(ways)](self.opened)
                self.opened += 1
                if number % OFTEN == 0:
                    self._forget_ended(wait=False)
            if until - self.opened >= KILLED:
                self._killed(KILLED)
        self._forget_ended(wait=True)

    def _normal(self, number: int) -> None:
        with self._signed_in(number) as one:
            one.sendall(CLOSE)
            while one.recv(65_536):
                pass

    def _dropped(self, number: int) -> None:
        """As where the machine of the client is gone, or a firewall between."""
        one = self._signed_in(number)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        one.close()

    def _half_open(self, number: int) -> None:
        one = self._connected(number)
        one.sendall(HALF_A_HEAD)
        self._left.append(one)

    def _never_signed_in(self, number: int) -> None:
        one = Clients(self._port).connect(number)
        read_until(one, b'"sid"')
        self._left.append(one)

    def _polled(self, number: int) -> None:
        """A client that polls once, and never again."""
        with self._connected(number) as one:
            one.sendall(POLL)
            read_until(one, b'"sid"')

    def _killed(self, amount: int) -> None:
        """Signed in, in a process that is killed."""
        tokens = [self._tokens[(self.opened + number) % len(self._tokens)] for number in range(amount)]
        command = [sys.executable, "-m", "bench.churn", str(self._port), *tokens]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent) as process:
            assert process.stdout is not None
            if process.stdout.readline().strip() != "open":
                raise RuntimeError("A process of clients did not start.")
            process.kill()
        self.opened += amount

    def _connected(self, number: int) -> socket.socket:
        made = socket.socket()
        made.settimeout(60)
        made.bind((f"127.0.0.{1 + number % ADDRESSES}", 0))
        made.connect(("127.0.0.1", self._port))
        return made

    def _signed_in(self, number: int) -> socket.socket:
        one = Clients(self._port).connect(number)
        read_until(one, b'"sid"')
        one.sendall(masked(f'40{{"token":"{self._tokens[number % len(self._tokens)]}"}}'))
        read_until(one, b'40{"sid"')
        return one

    def _forget_ended(self, *, wait: bool, seconds: float = 60.0) -> None:
        """Close what the server has ended; wait until that is everything, if asked. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while self._left:
            poll = select.poll()
            by_number = {one.fileno(): one for one in self._left}
            for number in by_number:
                poll.register(number, select.POLLIN)
            for number, _event in poll.poll(200 if wait else 0):
                one = by_number[number]
                if not _is_open(one):
                    one.close()
                    self._left.remove(one)
            if not wait:
                return
            if time.monotonic() > end:
                raise TimeoutError(f"{len(self._left)} connections were not ended.")


def _is_open(one: socket.socket) -> bool:
    try:
        return bool(one.recv(65_536))
    except OSError:
        return False


class SlowReaders:
    """Sockets that are signed in and read nothing more."""

    def __init__(self, port: int, tokens: Sequence[str]) -> None:
        self._sockets = [self._open(port, number, token) for number, token in enumerate(tokens)]

    def _open(self, port: int, number: int, token: str) -> socket.socket:
        one = Clients(port).connect(number, receive=4_096)
        read_until(one, b'"sid"')
        one.sendall(masked(f'40{{"token":"{token}"}}'))
        read_until(one, b'40{"sid"')
        return one

    def close(self) -> None:
        for one in self._sockets:
            one.close()


if __name__ == "__main__":
    held = Clients(int(sys.argv[1]), sys.argv[2:])
    held.open(len(sys.argv) - 2)
    print("open", flush=True)
    signal.pause()
