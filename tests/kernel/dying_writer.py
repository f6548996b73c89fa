"""A process that changes an account's name and is killed after its commit, before it settles. See `test_two_writers`.

`python -m tests.kernel.dying_writer URL GENERATIONS ACCOUNT NAME`: GENERATIONS is a file, or the address of a Valkey. It prints a line
when it has marked, and commits when it has read a line.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from phoenix.kernel.cache.generations import Generations, MachineGenerations, ValkeyGenerations
from phoenix.kernel.cache.keys import KeyKind
from phoenix.kernel.cache.valkey import Valkey
from phoenix.kernel.clock import SystemClock
from phoenix.kernel.data.connect import connect
from phoenix.kernel.data.outbox import EventOutbox
from phoenix.kernel.data.query import command
from phoenix.settings import Settings

NAME = KeyKind("name")
RENAME = command("UPDATE accounts SET name = $2 WHERE id = $1")


def generations_at(place: str) -> Generations:
    return ValkeyGenerations(Valkey(place)) if "://" in place else MachineGenerations(Path(place))


class Dying:
    """Generations that wait after marking; the process is killed before it settles."""

    def __init__(self, inner: Generations) -> None:
        self._inner = inner

    async def read(self, keys: Sequence[str]) -> tuple[int, ...] | None:
        return await self._inner.read(keys)

    async def begin(self, keys: Collection[str]) -> int:
        mark = await self._inner.begin(keys)
        sys.stdout.write("marked\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        return mark

    async def settle(self, keys: Collection[str], mark: int) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


async def write(url: str, place: str, account: str, name: str) -> None:
    settings = replace(Settings().database, url=url)
    database = await connect(settings, SystemClock(), Dying(generations_at(place)), EventOutbox, pool=1)
    async with database.transaction() as tx:
        await tx.execute(RENAME, account, name)
        tx.invalidate(NAME(account))


if __name__ == "__main__":
    asyncio.run(write(*sys.argv[1:]))
