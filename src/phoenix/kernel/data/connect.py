"""Opens the connection pool of a process, with the time-outs that the server enforces and JSON as Python values."""

from __future__ import annotations

from collections.abc import Callable

import asyncpg
import msgspec

from phoenix.kernel.cache.generations import Generations
from phoenix.kernel.clock import Clock
from phoenix.kernel.data.database import Database, Outbox
from phoenix.kernel.data.lease import Connection, Pool
from phoenix.kernel.data.statements import NotingConnection
from phoenix.kernel.errors import Unavailable
from phoenix.settings import DatabaseSettings

APPLICATION_NAME = "phoenix"


async def _leave_as_is(_: Connection) -> None:
    """Phoenix never sets session state, so a connection returns to the pool without a reset."""


async def set_codecs(connection: Connection) -> None:
    """Decode JSON columns into Python values."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda v: b"\x01" + msgspec.json.encode(v),
        decoder=lambda b: msgspec.json.decode(b[1:]),
    )
    await connection.set_type_codec("json", schema="pg_catalog", format="binary", encoder=msgspec.json.encode, decoder=msgspec.json.decode)


async def connect(
    settings: DatabaseSettings,
    clock: Clock,
    generations: Generations,
    outbox: Callable[[Pool], Outbox],
    *,
    pool: int | None = None,
    notes: bool = False,
    one_at_a_time: bool = False,
) -> Database:
    """Open the pool. The server enforces the time-outs for every statement on these connections. `notes`: see `statements`."""
    made = asyncpg.create_pool(
        settings.url,
        min_size=1,
        max_size=pool or settings.pool,
        max_inactive_connection_lifetime=300,
        connection_class=NotingConnection if notes else asyncpg.Connection,
        reset=_leave_as_is,
        init=set_codecs,
        timeout=10,
        command_timeout=settings.statement_timeout / 1000 + 5,
        server_settings={
            "application_name": APPLICATION_NAME,
            "statement_timeout": str(settings.statement_timeout),
            "lock_timeout": str(settings.lock_timeout),
            "idle_in_transaction_session_timeout": "30000",
            "jit": "off",
        },
    )
    try:
        opened = await made
    except (OSError, asyncpg.PostgresError) as error:
        raise Unavailable("The database is not responding.") from error
    return Database(opened, clock, generations, outbox(opened), one_at_a_time=one_at_a_time)
