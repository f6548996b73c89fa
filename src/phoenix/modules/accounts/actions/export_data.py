"""A copy of all data held about a person: requested, prepared by a job, and downloaded within a week."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.jobs import JobKind, enqueue
from phoenix.kernel.errors import NotFound
from phoenix.kernel.i18n.text import _
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.events import ExportRequested
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


async def archive_of(db: Reader, account: str, export: str) -> bytes:
    """The ZIP archive. Raises NotFound if it belongs to someone else, is not ready yet, or has expired."""
    found = await db.maybe(personal.ARCHIVE, export, account, db.now)
    if found is None:
        raise NotFound(_("This copy isn't ready yet, or it has expired."))
    return found


async def collect(runtime: Runtime, db: Reader, account: str) -> dict[str, Any]:
    """The personal data that each module holds, by module."""
    found = {module.name: module.personal.export for module in runtime.part(Registry).modules if module.personal is not None}
    return {name: await export(db, account) for name, export in found.items() if export is not None}


def pack(runtime: Runtime, parts: dict[str, Any]) -> bytes:
    """One JSON file per module, and a short explanation. Slow for a lot of data: call it in a thread."""
    packed = io.BytesIO()
    now = runtime.clock.now()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README.format(service=runtime.settings.public_url, day=f"{now:%Y-%m-%d}"))
        for name, part in parts.items():
            archive.writestr(f"{name}.json", msgspec.json.format(msgspec.json.encode(part), indent=2))
    return packed.getvalue()
