"""What functions of the owner may do: the tables that say so, which only the owner of the database writes."""

from __future__ import annotations

from collections.abc import Iterable

import asyncpg

from phoenix.settings import InstallationSettings

RETENTION = "SELECT name, days FROM permitted_retention"


async def permit_retention(owner_url: str, installation: InstallationSettings) -> None:
    """Permit what the settings say about how long events and the audit log are kept. It writes only if that is new.

    Raises asyncpg.InsufficientPrivilegeError if it is, and the address is not the owner's.
    """
    kept = {"events": installation.events_keep, "audit_log": installation.audit_keep}
    wanted = {name: days for name, days in kept.items() if days}
    connection = await asyncpg.connect(owner_url, timeout=10)
    try:
        async with connection.transaction():
            if {row["name"]: row["days"] for row in await connection.fetch(RETENTION)} == wanted:
                return
            await connection.execute("DELETE FROM permitted_retention")
            await connection.executemany("INSERT INTO permitted_retention VALUES ($1, $2)", list(wanted.items()))
    finally:
        await connection.close()


async def permit_texts(owner_url: str, texts: Iterable[tuple[str, str, str]]) -> None:
    """Permit to erase these texts: kind, field and use. None is ever removed: what a module that is gone recorded can be erased."""
    connection = await asyncpg.connect(owner_url, timeout=10)
    try:
        await connection.executemany("INSERT INTO permitted_texts VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", list(texts))
    finally:
        await connection.close()
