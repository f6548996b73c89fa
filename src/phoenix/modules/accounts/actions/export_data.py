"""A copy of all data held about a person: requested, prepared by a job, and downloaded within a week."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from msgspec import Struct

from phoenix.kernel import archives
from phoenix.kernel.actor import Actor
from phoenix.kernel.archives import Chunks, Copy
from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.jobs import JobKind, enqueue
from phoenix.kernel.data.query import Rows
from phoenix.kernel.errors import NotFound
from phoenix.kernel.language import _
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.notices import notify
from phoenix.modules.accounts.events import ExportRequested
from phoenix.modules.accounts.notices import EXPORT_READY
from phoenix.modules.accounts.queries import personal
from phoenix.modules.accounts.queries.personal import Export

__all__ = ["Export"]

FILENAME = "phoenix-data.zip"
KEEP = timedelta(days=7)
EXPORTS_A_DAY = Limit("export", 3, 86_400)
README = _("""This is the data {service} holds about you as of {day}, one JSON file for each area.

Times are in UTC. IDs such as acc_… stand for people, organisations and other records.
Passwords, codes and keys are not included.
""")
# The file that the activity of the account is in.
ACCOUNTS = "accounts"
CHUNKS = Chunks(personal.ADD_CHUNK, personal.CHUNK, personal.FORGET_RUN)


class ExportAsked(Struct, frozen=True):
    """The archive to prepare."""

    export: str


MAKE_EXPORT = JobKind("accounts.make_export", ExportAsked, queue="long", timeout=600)


async def request_export(runtime: Runtime, tx: Transaction, actor: Actor) -> str:
    """Request the archive. Returns its id. At most three a day: raises TooManyRequests."""
    await runtime.limiter.require(EXPORTS_A_DAY, actor.account)
    return await start_export(tx, actor.account)


async def start_export(tx: Transaction, account: str) -> str:
    """Have a job prepare someone's archive. Returns its id."""
    export = new_id("exp")
    await tx.execute(personal.ADD_EXPORT, export, account, tx.now, tx.now + KEEP)
    tx.record(ExportRequested(subject=account, export=export))
    await enqueue(tx, MAKE_EXPORT, ExportAsked(export))
    return export


async def exports_of(db: Reader, account: str) -> list[Export]:
    """The archives that someone requested in the last week, newest first."""
    return await db.all(personal.EXPORTS, account, db.now)


async def archive_of(runtime: Runtime, db: Reader, account: str, export: str) -> Copy:
    """The ZIP archive. Raises NotFound if it belongs to someone else, is not ready yet, or has expired."""
    found = await db.maybe(personal.ARCHIVE, export, account, db.now)
    if found is None:
        raise NotFound(_("This copy isn't ready yet, or it has expired."))
    if found.archive is not None:
        return Copy(found.archive)
    return archives.stored_copy(runtime, CHUNKS, found.export, found.run or "", found.size or 0)


async def make_archive(runtime: Runtime, export: Export) -> None:
    """Collect the data of every module, and save it with the export. A small archive stays where code of 2.0 reads it."""

    async def finish(tx: Transaction, run: str, size: int, whole: bytes | None) -> bool:
        if await tx.maybe(personal.FINISH_EXPORT, export.id, whole, run, size, tx.now) is None:
            return False
        await notify(tx, export.account, EXPORT_READY)
        return True

    registry = runtime.part(Registry)
    exports = [(one.name, one.personal.export) for one in registry.modules if one.personal is not None and one.personal.export is not None]
    parts = [(name, _with_activity(registry, read) if name == ACCOUNTS else read) for name, read in exports]
    await archives.make_copy(runtime, export.id, export.account, README, parts, CHUNKS, finish, small_in_one=True)


def _with_activity(registry: Registry, read: Callable[[Reader, str], Awaitable[Any]]) -> Callable[[Reader, str], Awaitable[Any]]:
    """The data of accounts with what the person did, but not the words that others have deleted since."""

    async def with_activity(db: Reader, account: str) -> dict[str, Any]:
        return {**await read(db, account), "activity": Rows(personal.ACTIVITY, (account, registry.leaving))}

    return with_activity
