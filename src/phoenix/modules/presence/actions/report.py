"""What each process of sockets says about who is here, and what it tells its own sockets."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from phoenix.kernel.module import Newest
from phoenix.kernel.runtime import Runtime
from phoenix.modules.presence import queries
from phoenix.modules.presence.queries import Here

PRESENCE = "presence"
# A process that has said nothing for this long is gone, and whoever was in it.
KEPT = timedelta(seconds=20)
SAY_AGAIN = timedelta(seconds=5)


@dataclass(slots=True)
class Told:
    """What this process has written, seen and told its sockets."""

    process: str = ""
    accounts: frozenset[str] | None = None
    written_at: datetime | None = None
    versions: dict[str, int] = field(default_factory=dict)
    here: dict[str, Here] = field(default_factory=dict)


@contextlib.asynccontextmanager
async def told(runtime: Runtime) -> AsyncIterator[Told]:
    """What this process says, taken back when it ends."""
    made = Told()
    try:
        yield made
    finally:
        if made.process:
            async with runtime.database.transaction() as tx:
                await tx.execute(queries.LEAVE, made.process)


async def report(runtime: Runtime, process: str, accounts: frozenset[str]) -> list[tuple[str, str, Any]]:
    """Write who is here, if that changed or was not said for a while, and return what changed in the organisations of these accounts."""
    state, now = runtime.part(Told), runtime.clock.now()
    if accounts != state.accounts:
        await _write(runtime, state, process, accounts)
    elif state.written_at is None or now - state.written_at >= SAY_AGAIN:
        await _keep(runtime, state, process, accounts)
    if not accounts:
        state.here.clear()
        return []
    async with runtime.database.reader() as db:
        versions = {row.process: row.version for row in await db.all(queries.VERSIONS, now)}
        if versions == state.versions:
            return []
        found = {row.organisation: row for row in await db.all(queries.HERE_AROUND, now, sorted(accounts))}
    changed = [one for organisation, one in found.items() if state.here.get(organisation) != one]
    gone = [Here(organisation, [], 0) for organisation in state.here if organisation not in found]
    state.versions, state.here = versions, found
    return [(f"organisation:{one.organisation}", PRESENCE, Newest(said(one))) for one in (*changed, *gone)]


def said(here: Here) -> dict[str, Any]:
    """What sockets receive: the accounts, of many only the first, and how many there are."""
    return {"organisation": here.organisation, "here": here.accounts, "count": here.count}


async def _write(runtime: Runtime, state: Told, process: str, accounts: frozenset[str]) -> None:
    async with runtime.database.transaction() as tx:
        await tx.execute(queries.WRITE, process, sorted(accounts), tx.now + KEPT)
        await tx.execute(queries.FORGET_OLD, tx.now)
    state.process, state.accounts, state.written_at = process, accounts, runtime.clock.now()


async def _keep(runtime: Runtime, state: Told, process: str, accounts: frozenset[str]) -> None:
    async with runtime.database.transaction() as tx:
        kept = await tx.maybe(queries.KEEP, process, tx.now + KEPT)
    if kept is None:
        # It was taken for gone, or the server has crashed.
        await _write(runtime, state, process, accounts)
    state.written_at = runtime.clock.now()
