"""The privileges of the application's role: read and write rows, and no more. Tables belong to another role.

It can only append to and read events and the audit log: an attacker who takes over the application cannot rewrite its history.
What erasure and retention need are functions of the owner (SECURITY DEFINER), each of which does that and no more. What they are permitted
to do is in tables that the application can only read.
"""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import asyncpg

# Rows of these tables are written once.
APPEND_ONLY = ("audit_archives", "audit_log", "audit_texts", "events")
# Rows of these tables are changed, but never deleted.
STAYS = ("audit_head", "audit_state", "batch_positions")
# Written only by migrations and by `operations.permit`.
READ_ONLY = ("alembic_version", "permitted_retention", "permitted_texts", "releases")
# What runs with the owner's rights. A trigger's function needs no right of whoever changes its table, and must not be put on a table
# of someone else's making: the conversions of such a table's columns would run with the owner's rights.
FUNCTIONS = """
    SELECT oid::regprocedure::text AS name, prorettype = 'trigger'::regtype AS is_trigger
      FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace
"""
# The first version of PostgreSQL in which maintaining a table is a privilege of its own.
MAINTAIN_SINCE = 170_000


def role_of(url: str) -> str:
    """The role in a database URL; "" if it names none."""
    return unquote(urlsplit(url).username or "")


async def make_role(owner_url: str, role: str, password: str) -> None:
    """Create the application's role, or set its password: it can connect, but owns nothing and has no special privileges."""
    connection = await asyncpg.connect(owner_url, timeout=10)
    try:
        known = await connection.fetchval("SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1)", role)
        verb = "ALTER" if known else "CREATE"
        statement = await connection.fetchval("SELECT format('%s ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD %L', $1::text, $2::text, $3::text)", verb, role, password)  # fmt: skip
        await connection.execute(statement)
    finally:
        await connection.close()


async def grant(owner_url: str, role: str) -> None:
    """Grant a role what the application needs in this database, and revoke the rest, atomically. Idempotent."""
    connection = await asyncpg.connect(owner_url, timeout=10)
    try:
        async with connection.transaction():
            quoted = await connection.fetchval("SELECT quote_ident($1)", role)
            for statement in await _statements(connection):
                await connection.execute(f"{statement} {quoted}")
            for statement in await _closed_to_everyone(connection):
                await connection.execute(statement)
    finally:
        await connection.close()


async def _statements(connection: asyncpg.Connection[asyncpg.Record]) -> list[str]:
    found = {row["tablename"] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    statements = [
        "GRANT USAGE ON SCHEMA public TO",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO",
        "GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO",
    ]
    if connection.get_server_version().major * 10_000 >= MAINTAIN_SINCE:
        statements.append("GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO")
    for tables, rights in ((APPEND_ONLY, "UPDATE, DELETE, TRUNCATE"), (STAYS, "DELETE, TRUNCATE"), (READ_ONLY, "INSERT, UPDATE, DELETE")):
        statements += [f"REVOKE {rights} ON {table} FROM" for table in tables if table in found]
    functions = await connection.fetch(FUNCTIONS)
    return statements + [
        f"REVOKE EXECUTE ON FUNCTION {row['name']} FROM" if row["is_trigger"] else f"GRANT EXECUTE ON FUNCTION {row['name']} TO"
        for row in functions
    ]


async def _closed_to_everyone(connection: asyncpg.Connection[asyncpg.Record]) -> list[str]:
    """What PostgreSQL lets every role do by default: call any function, and make types, functions and tables of its own for a session."""
    database = await connection.fetchval("SELECT quote_ident(current_database())")
    functions = await connection.fetch(FUNCTIONS)
    return [
        f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC",
        *(f"REVOKE EXECUTE ON FUNCTION {row['name']} FROM PUBLIC" for row in functions),
    ]
