"""Sign-in on the command line: the link for the first administrator."""

from __future__ import annotations

from urllib.parse import quote

from phoenix.kernel.runtime import Runtime
from phoenix.modules.sign_in.actions.first_administrator import link_token, needs_administrator


async def first_administrator_link(runtime: Runtime) -> str:
    """Print the one-time link for the first administrator; nothing if there is already one."""
    async with runtime.database.reader() as db:
        if not await needs_administrator(db):
            return ""
    return f"{runtime.settings.public_url}/first-administrator?token={quote(link_token(runtime))}"
