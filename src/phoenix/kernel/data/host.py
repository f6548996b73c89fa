"""With PHOENIX_NODES=one, a database belongs to one host: the processes that share one file of generations.

Every process holds a shared advisory lock that names its host for as long as it lives. A second host would change data without the first
one's caches noticing, so it does not start.
"""

from __future__ import annotations

import asyncio
import hashlib
import platform
from pathlib import Path

import asyncpg

from phoenix.kernel.background import Alive
from phoenix.kernel.data.query import Query, query
from phoenix.settings import SettingsError

# Advisory locks are named by two numbers; sessions and idempotency use other first numbers.
CLAIM = "SELECT pg_advisory_lock_shared(3, $1)"
OTHERS: Query[int] = query(
    int,
    """
    SELECT count(*) FROM pg_locks
     WHERE locktype = 'advisory' AND classid = 3 AND objsubid = 2 AND objid::bigint <> $1 AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""",
)
# The server drops the connections of a host that lost its power after this long: 10 s, then three questions 5 s apart.
KEEPALIVE = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
WAIT_SECONDS, LOOK_SECONDS = 30.0, 1.0
ASK_SECONDS, ANSWER_SECONDS = 10.0, 5.0
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
REFUSED = (
    "Another host, or another data folder on this one, is using this database. Stop it, or set PHOENIX_NODES=many and "
    "PHOENIX_CACHE_URL on every host."
)


def host_of(generations: Path) -> int:
    """A number for the processes that share this file: of this boot of the machine, and of the file itself."""
    boot = BOOT_ID.read_text() if BOOT_ID.exists() else platform.node()
    found = generations.stat()
    named = f"{boot} {found.st_dev} {found.st_ino}".encode()
    return int.from_bytes(hashlib.sha256(named).digest()[:4], "big") >> 1


class Claim:
    """The claim of one process on its database."""

    def __init__(self, url: str, host: int) -> None:
        self._url = url
        self._host = host
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None

    async def make(self) -> None:
        """Raises SettingsError if another host keeps its claim, also after a host that died has lost its own."""
        await self.close()
        connection = await asyncpg.connect(
            self._url, timeout=10, command_timeout=ANSWER_SECONDS, server_settings={"application_name": "phoenix host", **KEEPALIVE}
        )
        try:
            # Claimed before looking: of two hosts that start at once, at least one sees the other.
            await connection.execute(CLAIM, self._host)
            await self._wait_until_alone(connection)
        except BaseException:
            connection.terminate()
            raise
        self._connection = connection

    async def _wait_until_alone(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        waited = 0.0
        while await connection.fetchval(OTHERS.sql, self._host):
            if waited >= WAIT_SECONDS:
                raise SettingsError(REFUSED)
            await asyncio.sleep(LOOK_SECONDS)
            waited += LOOK_SECONDS

    async def hold(self, alive: Alive) -> None:
        """Claim again whenever the connection is lost."""
        while True:
            if self._connection is None or self._connection.is_closed():
                await self.make()
            alive()
            await asyncio.sleep(ASK_SECONDS)
            if self._connection is not None and not self._connection.is_closed():
                await self._connection.execute("SELECT 1")

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
