"""Checks of organisations."""

from __future__ import annotations

from phoenix.kernel.module import Check
from phoenix.kernel.runtime import Runtime
from phoenix.modules.organisations.queries import owners


async def _each_has_an_owner(runtime: Runtime) -> str:
    async with runtime.database.reader() as db:
        found = await db.all(owners.WITHOUT_OWNER)
    if not found:
        return ""
    return f"No owner can sign in to {', '.join(found)}. Appoint one in the admin panel, on the page of the organisation."


HAS_OWNER = Check("organisations.owners", "Every organisation has an owner who can sign in and is not leaving.", _each_has_an_owner)
