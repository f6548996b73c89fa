"""`python -m bench.receipt`: how long it takes from a write to its receipt on the sockets of those whom it concerns, under load.

Phoenix runs whole, as `phoenix up` starts it. People are in organisations of 50, each with a socket, and requests come at a fixed rate,
whether or not the former ones were answered: a part of them posts entries, the others read the feed. The time counts from the instant at
which a request was due, so that nothing waits unseen. Everything is on 127.0.0.1, the load and the sockets in one process.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import itertools
import json
import os
import random
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import uvloop

from bench.__main__ import database_url, start_phoenix
from bench.load import answer, cpu_seconds, request
from bench.sockets import ADDRESSES, MOST_SOCKETS, PING, PONG, masked
from phoenix.composition import REGISTRY
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.accounts import create_account
from phoenix.modules.organisations.queries import INSERT, INSERT_MEMBER
from phoenix.modules.sessions.actions.create import Client, create_session
from phoenix.settings import read_settings

OF_ORGANISATION = 50
CONNECTIONS = 32
OPEN_AT_ONCE = 100
SETTLE_SECONDS = 5.0
FEED = re.compile(rb'\["feed",\{[^\x81]*?"subject":"(ent_[0-9a-z]+)"')


@dataclass(frozen=True, slots=True)
class Person:
    token: str
    organisation: str


@dataclass(slots=True)
class Seen:
    """When each entry was due and received, in seconds."""

    due: dict[str, float] = field(default_factory=dict)
    received: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: int = 0
    answered: list[float] = field(default_factory=list)


class Listening(asyncio.Protocol):
    """A socket that is signed in, and notes what it receives."""

    def __init__(self, host: str, token: str, seen: Seen) -> None:
        self._host, self._token, self._seen = host, token, seen
        self._transport: asyncio.Transport | None = None
        self._begun = b""
        self.ready = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's is none by its class.
        self._transport = opened = cast("asyncio.Transport", transport)
        key = base64.b64encode(os.urandom(16)).decode()
        head = f"Host: {self._host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}"
        opened.write(f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n{head}\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        assert self._transport is not None
        if not self.ready.done():
            self._begin(data)
        if PING in data:
            self._transport.write(PONG)
        for subject in FEED.findall(data):
            self._seen.received[subject.decode()].append(now)

    def _begin(self, data: bytes) -> None:
        self._begun += data
        if b'0{"sid"' in self._begun and self._token:
            assert self._transport is not None
            self._transport.write(masked(f'40{{"token":"{self._token}"}}'))
            self._token, self._begun = "", b""
        elif b'40{"sid"' in self._begun:
            self.ready.set_result(None)

    def connection_lost(self, _exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"The server closed a socket: {self._begun[-200:]!r}"))
        elif self._transport is not None and not self._transport.is_closing():
            self._seen.errors += 1


async def people(runtime: Runtime, amount: int) -> list[Person]:
    """So many people, who are signed in, in organisations of 50."""
    made: list[Person] = []
    for first in range(0, amount, OF_ORGANISATION):
        async with runtime.database.transaction() as tx:
            organisation = await tx.one(INSERT, new_id("org"), f"bench-{first}", f"Bench {first}", tx.now, "en", "UTC")
            for number in range(first, min(first + OF_ORGANISATION, amount)):
                address = parse_address(f"person.{number}@example.com")
                account = await create_account(tx, address, name=f"Person {number}", password_hash="!", time_zone="UTC", locale="en")
                assert account is not None
                await tx.execute(INSERT_MEMBER, organisation.id, account, "member", tx.now, None)
                session = await create_session(runtime, tx, account=account, method="bench", client=Client("bench", "", remember=True))
                made.append(Person(session.token, organisation.id))
            tx.events.clear()
    return made


async def open_sockets(address: str, found: Sequence[Person], seen: Seen) -> list[asyncio.BaseTransport]:
    parts, loop = urlsplit(address), asyncio.get_running_loop()
    opened: list[asyncio.BaseTransport] = []
    for first in range(0, len(found), OPEN_AT_ONCE):
        made = await asyncio.gather(
            *(
                loop.create_connection(
                    lambda person=person: Listening(parts.netloc, person.token, seen),  # type: ignore[misc]
                    "127.0.0.1",
                    parts.port or 0,
                    local_addr=(f"127.0.0.{1 + number % ADDRESSES}", 0),
                )
                for number, person in enumerate(found[first : first + OPEN_AT_ONCE], first)
            )
        )
        await asyncio.gather(*(protocol.ready for _transport, protocol in made))
        opened += [transport for transport, _protocol in made]
    return opened


async def ask(url: str, due: asyncio.Queue[tuple[float, bytes] | None], seen: Seen) -> None:
    """Send what is due over one connection."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        while (item := await due.get()) is not None:
            at, made = item
            writer.write(made)
            head, body = await answer(reader)
            seen.answered.append(time.monotonic() - at)
            if head[9:10] != b"2":
                seen.errors += 1
            elif made.startswith(b"POST"):
                seen.due[json.loads(body)["id"]] = at
    finally:
        writer.close()


async def load(url: str, found: Sequence[Person], seen: Seen, *, rate: float, writes: float, seconds: float) -> None:
    """Requests at this rate for so long, of which this share are writes."""
    due: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()
    asking = [asyncio.create_task(ask(url, due, seen)) for _ in range(CONNECTIONS)]
    chance, began = random.Random(1), time.monotonic()
    for number in itertools.count():
        at = began + number / rate
        if at > began + seconds:
            break
        await asyncio.sleep(max(0.0, at - time.monotonic()))
        person = chance.choice(found)
        headers = {"Authorization": f"Bearer {person.token}"}
        if chance.random() < writes:
            body = json.dumps({"organisation": person.organisation, "title": f"Valve {number} replaced", "body": "It leaked. " * 8})
            due.put_nowait((at, request("POST", f"{url}/api/v2/entries", headers, body.encode())))
        else:
            due.put_nowait((at, request("GET", f"{url}/api/v2/feed?organisation={person.organisation}", headers)))
    for _ in asking:
        due.put_nowait(None)
    await asyncio.gather(*asking)
    await asyncio.sleep(SETTLE_SECONDS)


def percentile(values: Sequence[float], share: float) -> float:
    """In milliseconds."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else float("nan")


async def run(arguments: argparse.Namespace, ready: dict[str, str], data: Path, pid: int) -> dict[str, float]:
    variables = {
        "PHOENIX_DATABASE_URL": database_url(data),
        "PHOENIX_SECRET_KEY": (data / "secret_key").read_text().strip(),
        "PHOENIX_DATA": str(data),
    }
    async with REGISTRY.opened(read_settings(variables)) as runtime:
        found = await people(runtime, arguments.sockets)
    parts, seen = urlsplit(ready["url"]), Seen()
    opened = await open_sockets(f"http://127.0.0.1:{(parts.port or 80) + 10}", found, seen)
    before = cpu_seconds(pid)
    await load(f"http://127.0.0.1:{parts.port}", found, seen, rate=arguments.rate, writes=arguments.writes, seconds=arguments.seconds)
    spent = cpu_seconds(pid) - before
    for each in opened:
        each.abort()  # type: ignore[attr-defined]
    times = [at - due for entry, due in seen.due.items() for at in seen.received.get(entry, ())]
    return {
        "sockets": len(found),
        "requests_a_second": len(seen.answered) / arguments.seconds,
        "writes": len(seen.due),
        "received": len(times),
        "expected": len(seen.due) * OF_ORGANISATION,
        "errors": seen.errors,
        "answered_p99": percentile(seen.answered, 0.99),
        "receipt_p50": percentile(times, 0.5),
        "receipt_p99": percentile(times, 0.99),
        "receipt_most": percentile(times, 1.0),
        "cpu_share": spent / (arguments.seconds + SETTLE_SECONDS),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=2_000)
    parser.add_argument("--rate", type=float, default=200.0, help="requests a second")
    parser.add_argument("--writes", type=float, default=0.1, help="share of them that post an entry")
    parser.add_argument("--seconds", type=float, default=30.0)
    arguments = parser.parse_args()
    if arguments.sockets > MOST_SOCKETS or arguments.sockets % OF_ORGANISATION:
        parser.error(f"at most {MOST_SOCKETS} sockets, in organisations of {OF_ORGANISATION}")
    # Everyone comes from this machine.
    os.environ["PHOENIX_REALTIME_PER_NETWORK"] = "1000000"
    with tempfile.TemporaryDirectory(prefix="phoenix-receipt-") as folder:
        phoenix, ready, _seconds = start_phoenix(Path(folder) / "data")
        try:
            figures = uvloop.run(run(arguments, ready, Path(folder) / "data", phoenix.pid))
        finally:
            phoenix.terminate()
            phoenix.wait(60)
    for name, figure in figures.items():
        print(f"{name:20} {figure:12.2f}")


if __name__ == "__main__":
    main()
