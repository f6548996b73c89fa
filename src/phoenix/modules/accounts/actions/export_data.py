"""A copy of all data held about a person: requested, prepared by a job, and downloaded within a week."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import IO

from msgspec import Struct

from phoenix.kernel.actor import Actor
from phoenix.kernel.archives import CHUNK_BYTES, Copy, temporary_file, write_part
from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.jobs import JobKind, enqueue
from phoenix.kernel.errors import NotFound
from phoenix.kernel.i18n.text import _
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.notices import notify
from phoenix.modules.accounts.events import ExportRequested
from phoenix.modules.accounts.notices import EXPORT_READY
from phoenix.modules.accounts.queries import personal
from phoenix.modules.accounts.queries.personal import Archive, Export

__all__ = ["Export"]

FILENAME = "phoenix-data.zip"
KEEP = timedelta(days=7)
EXPORTS_A_DAY = Limit("export", 3, 86_400)
README = _("""This is the data {service} holds about you as of {day}, one JSON file for each area.

Times are in UTC. IDs such as acc_… stand for people, organisations and other records.
Passwords, codes and keys are not included.
""")


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
    return Copy(_chunks(runtime, found), found.size) if found.archive is None else Copy(found.archive)


async def _chunks(runtime: Runtime, archive: Archive) -> AsyncIterator[bytes]:
    """One after another: a download may take long, and holds no connection while it does."""
    for number in range(-(-(archive.size or 0) // CHUNK_BYTES)):
        async with runtime.database.reader() as db:
            chunk = await db.one(personal.CHUNK, archive.export, archive.run, number)
        yield chunk


async def make_archive(runtime: Runtime, export: Export) -> None:
    """Collect the data of every module in a file, and save it with the export. Memory holds a few rows and one chunk of it."""
    with await temporary_file(runtime) as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            day = f"{runtime.clock.now():%Y-%m-%d}"
            archive.writestr("README.txt", README.format(service=runtime.settings.public_url, day=day))
            for module in runtime.part(Registry).modules:
                if module.personal is not None and module.personal.export is not None:
                    async with runtime.database.reader() as db:
                        await write_part(db, archive, f"{module.name}.json", await module.personal.export(db, export.account))
        await _save(runtime, export, file)


async def _save(runtime: Runtime, export: Export, file: IO[bytes]) -> None:
    """One chunk in a transaction: a long one would hold up all followers. A small archive stays where code of 2.0 reads it."""
    size, run = file.seek(0, 2), new_id("run")
    file.seek(0)
    first = await asyncio.to_thread(file.read, CHUNK_BYTES)
    chunk, number = (b"" if size <= CHUNK_BYTES else first), 0
    while chunk:
        async with runtime.database.transaction() as tx:
            await tx.execute(personal.ADD_CHUNK, export.id, run, number, chunk)
        chunk, number = await asyncio.to_thread(file.read, CHUNK_BYTES), number + 1
    async with runtime.database.transaction() as tx:
        await tx.execute(personal.FINISH_EXPORT, export.id, first if size <= CHUNK_BYTES else None, run, size, tx.now)
        await notify(tx, export.account, EXPORT_READY)
