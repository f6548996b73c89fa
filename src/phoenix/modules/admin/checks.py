"""Checks of the installation itself."""

from __future__ import annotations

from phoenix.kernel.module import Check
from phoenix.kernel.runtime import Runtime
from phoenix.modules.admin.actions.access import due_at, is_whole
from phoenix.modules.admin.queries.access import LAST_REVIEW


async def _has_disk_space(runtime: Runtime) -> str:
    return runtime.disk_space.problem()


HAS_DISK_SPACE = Check("admin.disk_space", "The disks have enough space.", _has_disk_space)


async def _is_reviewed(runtime: Runtime) -> str:
    async with runtime.database.reader() as db:
        review = await db.maybe(LAST_REVIEW)
        due = await due_at(runtime, db, review)
    if review is not None and not is_whole(runtime.keys, review):
        return "The last access review was changed in the database after it was signed. Review access in the admin panel, and sign again."
    if due is not None and due <= runtime.clock.now():
        return f"An access review was due on {due:%Y-%m-%d}. Review access in the admin panel, and sign."
    return ""


ACCESS_REVIEWED = Check("admin.access", "Access was reviewed in time.", _is_reviewed)
