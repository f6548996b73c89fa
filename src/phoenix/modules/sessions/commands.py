"""The keys that sign access tokens, on the command line."""

from __future__ import annotations

from phoenix.kernel.runtime import Runtime
from phoenix.modules.sessions.actions import signing_keys


async def rotate_keys(runtime: Runtime) -> str:
    """Start signing access tokens with the standby key. Nobody is signed out."""
    async with runtime.database.transaction() as tx:
        return f"{await signing_keys.rotate_keys(runtime, tx)} is now the active signing key."


async def list_keys(runtime: Runtime) -> str:
    """Print the keys that sign access tokens, with their states."""
    async with runtime.database.reader() as db:
        keys = await signing_keys.all_keys(db)
    return "\n".join(f"{key.id}  {key.state:<8}  created {key.created_at:%Y-%m-%d %H:%M}" for key in keys)
