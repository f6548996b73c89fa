"""A copy of all that an organisation holds: asked for by an owner, made by a job, and downloaded within a week."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec import Struct

from phoenix.kernel import archives
from phoenix.kernel.actor import Membership
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
from phoenix.modules.organisations.events import CopyRequested
from phoenix.modules.organisations.notices import COPY_READY
from phoenix.modules.organisations.queries import copies
from phoenix.modules.organisations.queries.copies import OrganisationExport

__all__ = ["OrganisationExport"]

FILENAME = "phoenix-organisation.zip"
KEEP = timedelta(days=7)
COPIES_A_DAY = Limit("organisation_export", 3, 86_400)
README = _("""This is the data {service} holds of an organisation as of {day}, one JSON file for each area.

Times are in UTC. IDs such as acc_… stand for people, entries and other records; the names of members are in organisations.json.
Keys are not included.
""")
CHUNKS = Chunks(copies.ADD_CHUNK, copies.CHUNK, copies.FORGET_RUN)


class CopyAsked(Struct, frozen=True):
    """The copy to make."""

    export: str


MAKE_COPY = JobKind("organisations.make_copy", CopyAsked, queue="long", timeout=600)


async def request_copy(runtime: Runtime, tx: Transaction, member: Membership) -> str:
    """Have a job make a copy. Returns its id. At most three a day: raises TooManyRequests."""
    await runtime.limiter.require(COPIES_A_DAY, member.organisation)
    export = new_id("exp")
    await tx.execute(copies.ADD, export, member.organisation, member.account, tx.now, tx.now + KEEP)
    tx.record(CopyRequested(organisation=member.organisation, subject=member.organisation))
    await enqueue(tx, MAKE_COPY, CopyAsked(export))
    return export


async def copies_of(db: Reader, organisation: str) -> list[OrganisationExport]:
    """The copies that were asked for in the last week, newest first."""
    return await db.all(copies.EXPORTS, organisation, db.now)


async def copy_of(runtime: Runtime, db: Reader, organisation: str, export: str) -> Copy:
    """The ZIP archive. Raises NotFound if it is of another organisation, is not ready yet, or has expired."""
    found = await db.maybe(copies.STORED, export, organisation, db.now)
    if found is None:
        raise NotFound(_("This copy isn't ready yet, or it has expired."))
    return archives.stored_copy(runtime, CHUNKS, found.id, found.run, found.size)


async def make_copy(runtime: Runtime, export: OrganisationExport) -> None:
    """Collect what every module holds of the organisation, and save it. The first run that finishes announces it."""
    registry = runtime.part(Registry)
    shown = [name for name, kind in registry.events.items() if kind.feed]
    by_staff = [name for name, kind in registry.events.items() if kind.by_staff]

    async def activity(db: Reader, organisation: str) -> dict[str, Any]:
        del db
        return {"activity": Rows(copies.ACTIVITY, (organisation, shown, by_staff))}

    async def finish(tx: Transaction, run: str, size: int, whole: bytes | None) -> bool:
        del whole
        if await tx.maybe(copies.FINISH, export.id, run, size, tx.now) is None:
            return False
        await notify(tx, export.asked_by, COPY_READY, about=f"{export.organisation} {export.asked_by}")
        return True

    parts = [(name, owned.export) for name, owned in registry.owned.items() if owned.export is not None]
    await archives.make_copy(runtime, export.id, export.organisation, README, [*parts, ("activity", activity)], CHUNKS, finish)
