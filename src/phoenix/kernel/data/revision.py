"""Helpers for migrations: plain SQL, in its own transaction, under a lock time-out."""

from __future__ import annotations

from typing import Any

from alembic import op

# A migration that cannot get its lock quickly gives up, rather than making every reader queue behind it.
LOCK_TIMEOUT = "3s"


def run_sql(sql: str) -> None:
    """Run any number of statements in the revision's transaction."""
    bind = op.get_bind()
    bind.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    # What was recorded is closed to every other change, also to the owner's.
    bind.exec_driver_sql("SET LOCAL phoenix.maintenance = 'on'")
    adapted: Any = bind.connection.dbapi_connection
    adapted.run_async(lambda connection: connection.execute(sql))


def build_index(name: str, on: str) -> None:
    """Build an index on a table that may be large, while people write to it. One that was left unfinished is built again."""
    with op.get_context().autocommit_block():
        bind = op.get_bind()
        bind.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        bind.exec_driver_sql(f"CREATE INDEX CONCURRENTLY {name} ON {on}")


def number_versions(table: str) -> None:
    """Take the versions of a table from a sequence: a row that is deleted and made again under its former address never repeats one.

    Statements then write `version = DEFAULT`.
    """
    run_sql(
        """
        CREATE SEQUENCE <table>_version AS integer OWNED BY <table>.version;
        SELECT setval('<table>_version', (SELECT coalesce(max(version), 0) + 1 FROM <table>), false);
        ALTER TABLE <table> ALTER COLUMN version SET DEFAULT nextval('<table>_version');
        """.replace("<table>", table)
    )
