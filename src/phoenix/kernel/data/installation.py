"""The installation a database belongs to: no two environments can share a master secret."""

from __future__ import annotations

import asyncpg

from phoenix.kernel.data.database import Database
from phoenix.kernel.data.query import Query, command, query
from phoenix.kernel.security.crypto import Keys, same
from phoenix.settings import Settings, SettingsError

OWNER: Query[tuple[str, bytes]] = query(
    lambda environment, check: (environment, check), "SELECT environment, key_check AS check FROM installation"
)
CLAIM = command("""
    INSERT INTO installation (environment, key_check) VALUES ($1, $2)
    ON CONFLICT (is_one) DO UPDATE SET environment = $1, key_check = $2
""")


async def check_installation(database: Database, settings: Settings, keys: Keys) -> None:
    """Claim the database for this environment and secret.

    Raises SettingsError if the database, or the one it was copied from, belongs to another environment with the same
    secret: data signed and sealed there must not be valid here.
    """
    environment = settings.installation.environment
    try:
        async with database.reader() as db:
            owner = await db.maybe(OWNER)
    except asyncpg.UndefinedTableError as error:
        raise SettingsError("The database is not up to date. Run `phoenix db migrate` first.") from error
    if owner is not None and owner[0] != environment and same(owner[1], keys.check):
        raise SettingsError(
            f"PHOENIX_SECRET_KEY is the key of the {owner[0]} environment. Give {environment} its own key: openssl rand -base64 48"
        )
    if owner is None or owner[0] != environment or not same(owner[1], keys.check):
        async with database.transaction() as tx:
            await tx.execute(CLAIM, environment, keys.check)
