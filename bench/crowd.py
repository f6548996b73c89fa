"""Many people who are signed in, for the server of sockets to check: all in one organisation, the first thousand in another as well."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phoenix.composition import REGISTRY
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.accounts import create_account
from phoenix.modules.organisations.queries import INSERT, INSERT_MEMBER
from phoenix.modules.sessions.actions.create import Client, create_session
from phoenix.testing import Servers

OF_ROOM = 1_000
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Crowd:
    """The tokens of the people, and the two organisations: `all`, and `room`."""

    tokens: tuple[str, ...]
    organisations: Mapping[str, str]


def fill(found: Servers, amount: int) -> Crowd:
    """Create so many people, who are signed in."""
    return asyncio.run(_fill(found, amount))


async def _fill(found: Servers, amount: int) -> Crowd:
    async with REGISTRY.opened(found.settings()) as runtime:
        organisations = {}
        for name in ("all", "room"):
            async with runtime.database.transaction() as tx:
                made = await tx.one(INSERT, new_id("org"), name, name.title(), tx.now, "en", "UTC")
                organisations[name] = made.id
        tokens: list[str] = []
        for first in range(0, amount, AT_ONCE):
            tokens += await _people(runtime, organisations, range(first, min(first + AT_ONCE, amount)))
    return Crowd(tuple(tokens), organisations)


async def _people(runtime: Runtime, organisations: Mapping[str, str], numbers: range) -> list[str]:
    tokens = []
    async with runtime.database.transaction() as tx:
        for number in numbers:
            address = parse_address(f"person.{number}@example.com")
            account = await create_account(tx, address, name=f"Person {number}", password_hash="!", time_zone="UTC", locale="en")
            assert account is not None
            for name, organisation in organisations.items():
                if name == "all" or number < OF_ROOM:
                    await tx.execute(INSERT_MEMBER, organisation, account, "member", tx.now, None)
            made = await create_session(runtime, tx, account=account, method="bench", client=Client("bench", "", remember=True))
            tokens.append(made.token)
            tx.invalidate(ACCOUNT(account))
        # Nobody follows them here.
        tx.events.clear()
    return tokens


class Server:
    """The process of sockets, with the checks of a running Phoenix: see bench/session_server.py. It runs on the first core."""

    def __init__(self, found: Servers, crowd: Crowd, port: int, **variables: str) -> None:
        command = [sys.executable, "-m", "bench.session_server", str(port), *crowd.organisations.values()]
        settings = {
            "PHOENIX_ENVIRONMENT": "test",
            "PHOENIX_SECRET_KEY": f"only for tests, and long enough {found.folder}",
            "PHOENIX_DATABASE_URL": found.database,
            "PHOENIX_CACHE_URL": found.cache,
            "PHOENIX_DATA": str(found.folder),
            "PHOENIX_PUBLIC_URL": "http://phoenix.test",
            "PHOENIX_LOG_LEVEL": "warning",
            "PHOENIX_REALTIME_PER_NETWORK": "1000000",
            "PHOENIX_REALTIME_PER_ACCOUNT": "10000",
        }
        pinned = ["taskset", "-c", "0"] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else []
        self.process = subprocess.Popen(
            [*pinned, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parent.parent,
            env={**os.environ, **settings, **variables},
        )
        assert self.process.stdout is not None
        if self.process.stdout.readline().strip() != "ready":
            raise RuntimeError("The server of sockets did not start.")

    def tell(self, *words: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def figures(self) -> dict[str, Any]:
        """What the process holds now: see `held` in bench/session_server.py."""
        self.tell("figures")
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    @property
    def memory(self) -> float:
        return memory_of(self.process.pid)

    def stop(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


def memory_of(pid: int) -> float:
    """MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
