"""Accounts on the command line."""

from __future__ import annotations

from urllib.parse import quote

from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions import signing_keys
from phoenix.modules.accounts.actions.first_administrator import link_token, needs_administrator
from phoenix.modules.accounts.queries.tokens import SIGNING_KEYS


async def first_administrator_link(runtime: Runtime) -> str:
    """The one-time link to become the first administrator; nothing once there is one."""
    async with runtime.database.reader() as db:
        if not await needs_administrator(db):
            return ""
    return f"{runtime.settings.public_url}/first-administrator?token={quote(link_token(runtime))}"


async def rotate_keys(runtime: Runtime) -> str:
    """Let the standby key sign access tokens from now on. Nobody is logged out."""
    async with runtime.database.transaction() as tx:
        return f"{await signing_keys.rotate_keys(runtime, tx)} signs now."


async def list_keys(runtime: Runtime) -> str:
    """Print the keys that sign access tokens, with their states."""
    async with runtime.database.reader() as db:
        keys = await db.all(SIGNING_KEYS)
    return "\n".join(f"{key.id}  {key.state:<8}  made {key.created_at:%Y-%m-%d %H:%M}" for key in keys)
