"""Many rows in every table that grows, filled by COPY from what the schema says of its columns; a new table is filled too."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import asyncpg

from phoenix.composition import REGISTRY

# Each holds a few rows however long an installation runs.
SMALL = {
    "alembic_version",
    "audit_archives",
    "audit_checks",
    "audit_head",
    "audit_state",
    "batch_positions",
    "entry_counts",
    "event_followers",
    "installation",
    "member_counts",
    "ownership_offers",
    "pgqueuer",
    "presence_off",
    "present",
    "pgqueuer_schedules",
    "permitted_retention",
    "permitted_texts",
    "releases",
    "signing_keys",
    "user_permissions",
}
MOST = {"accounts", "audit_log", "entries", "events", "memberships", "sessions"}
ORGANISATIONS = 1000
CONNECTIONS, CHUNK = 3, 5000
KINDS = sorted(REGISTRY.events)
PEOPLE = ("account_id", "actor_id", "author_id", "impersonator_id", "created_by", "invited_by", "granted_by")
COLUMNS = """
    SELECT c.relname AS "table", a.attname AS name, format_type(a.atttypid, NULL) AS type, NOT a.attnotnull AS nullable,
           a.attgenerated <> '' OR a.attidentity = 'a' AS made,
           (SELECT string_agg(pg_get_constraintdef(k.oid), ' ') FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c'
               AND a.attnum = ANY (k.conkey)) AS checks,
           (SELECT f.relname FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
             WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.conkey = ARRAY[a.attnum] LIMIT 1) AS refers,
           ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = a.atttypid ORDER BY e.enumsortorder) AS labels
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
     ORDER BY c.relname, a.attnum
"""


@dataclass(frozen=True, slots=True)
class Column:
    table: str
    name: str
    type: str
    nullable: bool
    made: bool
    checks: str | None
    refers: str | None
    labels: list[str]


async def fill(url: str, rows: int) -> None:
    """Fill every table that grows: those with the most rows with this many, the others with a fifth."""
    tables: dict[str, list[Column]] = {}
    # Triggers and foreign keys would be checked row by row.
    settings = {"session_replication_role": "replica", "synchronous_commit": "off", "maintenance_work_mem": "256MB"}
    async with asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS, server_settings=settings) as pool:
        for record in await pool.fetch(COLUMNS):
            if record["table"] not in SMALL and not record["made"]:
                tables.setdefault(record["table"], []).append(Column(**record))

        async def copy(table: str, columns: list[Column]) -> None:
            async with pool.acquire() as connection:
                source = _lines(columns, rows if table in MOST else rows // 5)
                await connection.copy_to_table(table, source=source, columns=[column.name for column in columns])

        await asyncio.gather(*(copy(table, columns) for table, columns in tables.items()))
        await pool.execute("ANALYZE")


async def _lines(columns: list[Column], rows: int) -> AsyncIterator[bytes]:
    values = [value_of(column) for column in columns]
    for start in range(0, rows, CHUNK):
        yield "".join("\t".join(value(n) for value in values) + "\n" for n in range(start, min(start + CHUNK, rows))).encode()


def value_of(column: Column) -> Callable[[int], str]:
    """What the n-th row holds in this column, as COPY reads it."""
    if allowed := column.labels or re.findall(r"'([^']*)'::text", column.checks or ""):
        return lambda n: allowed[n % len(allowed)]
    if column.refers == "organisations" or column.name == "organisation_id":
        return lambda n: f"organisations_{n % ORGANISATIONS}"
    if column.refers == "accounts" or column.name in PEOPLE:
        return lambda n: f"accounts_{n}"
    if column.refers:
        return lambda n: f"{column.refers}_{n}"
    if column.name in {"kind", "action", "entrypoint"}:
        return lambda n: KINDS[n % len(KINDS)]
    if column.nullable and column.type.startswith("timestamp"):
        # An end that most rows have not reached.
        return lambda n: moment(n) if n % 10 == 0 else "\\N"
    if column.type.endswith("[]"):
        return lambda _: "{}"
    made = BY_TYPE.get(column.type)
    if made is not None:
        return made
    return lambda n: f"{column.table if column.name == 'id' else column.name}_{n}"


def moment(n: int) -> str:
    return f"2026-{12 - n % 12:02}-{n // 12 % 28 + 1:02} {n % 24:02}:{n % 60:02}:00+00"


BY_TYPE: dict[str, Callable[[int], str]] = {
    "bigint": lambda n: str(n + 1),
    "integer": lambda n: str(n + 1),
    "smallint": lambda n: str(n % 100),
    "boolean": lambda n: "ft"[n % 2],
    "bytea": lambda n: f"\\\\x{n:016x}",
    "jsonb": lambda _: "{}",
    "json": lambda _: "{}",
    # Transactions that have ended: a database that was just made has seen no others.
    "xid8": lambda n: str(n % 500 + 1),
    "timestamp with time zone": moment,
    "uuid": lambda n: f"00000000-0000-0000-0000-{n:012x}",
    "inet": lambda n: f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}",
    "interval": lambda _: "1 hour",
    "time without time zone": lambda n: f"{n % 24:02}:00",
    "double precision": str,
    "real": str,
    "numeric": str,
}
