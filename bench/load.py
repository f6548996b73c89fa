"""A limited load over keep-alive connections, and its cost for the server: requests per second and CPU time per request."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Round:
    """One round of load. `cpu_seconds` is the CPU time of all the server's processes."""

    requests: int
    errors: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    @property
    def per_cpu_second(self) -> float:
        return self.requests / self.cpu_seconds

    @property
    def microseconds(self) -> float:
        return self.cpu_seconds / self.requests * 1e6


def tree(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found += tree(int(child))
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its descendants, in seconds."""
    total = 0
    for each in tree(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def request(method: str, url: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The bytes of one HTTP/1.1 request."""
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {path} HTTP/1.1", f"Host: {parts.netloc}", *(f"{k}: {v}" for k, v in headers.items())]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The head and the body of one response."""
    head, body = await reader.readuntil(b"\r\n\r\n"), b""
    lower = head.lower()
    at = lower.find(b"content-length:")
    if at >= 0:
        body = await reader.readexactly(int(lower[at + 15 : lower.index(b"\r", at)]))
    elif b"transfer-encoding: chunked" in lower:
        while (size := int((await reader.readline()).strip(), 16)) > 0:
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readexactly(2)
    return head, body


async def _connection(host: str, port: int, make: Callable[[], bytes], until: float, counts: list[int]) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        while time.monotonic() < until:
            writer.write(make())
            head, _body = await answer(reader)
            counts[0 if head[9:10] == b"2" else 1] += 1
    finally:
        writer.close()


async def _run(url: str, make: Callable[[], bytes], seconds: float, connections: int) -> tuple[int, int, float]:
    parts = urlsplit(url)
    counts = [0, 0]
    begun = time.monotonic()
    await asyncio.gather(*(_connection(parts.hostname or "", parts.port or 80, make, begun + seconds, counts) for _ in range(connections)))
    return counts[0], counts[1], time.monotonic() - begun


def measure(pid: int, url: str, make: Callable[[], bytes], *, seconds: float, connections: int = 24) -> Round:
    """Run one round of load on the server whose main process is `pid`."""
    before = cpu_seconds(pid)
    good, bad, took = asyncio.run(_run(url, make, seconds, connections))
    return Round(good, bad, took, cpu_seconds(pid) - before)


def median(rounds: list[Round], figure: Callable[[Round], float]) -> float:
    return statistics.median(figure(r) for r in rounds)
