"""Deletion of what is old, a batch in a transaction: however much has piled up, no statement takes long or holds many locks."""

from __future__ import annotations

from datetime import datetime

from phoenix.kernel.data.database import Database
from phoenix.kernel.data.query import Query, command

BATCH = 1000


def purge(table: str, condition: str, *, most: int = BATCH, oldest: str = "") -> Query[None]:
    """A statement that deletes rows of a table by a condition on `$1`, an instant: at most so many. `forget` repeats it.

    Where these are few, the column `oldest` has them found by its index: for a few of many, PostgreSQL would read the table instead.
    """
    order = f" ORDER BY {oldest}" if oldest else ""
    return command(f"DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table} WHERE {condition}{order} LIMIT {most}))")  # noqa: S608


async def forget(database: Database, statement: Query[None], before: datetime) -> int:
    """Delete everything that a `purge` applies to. Returns the number of rows deleted."""
    deleted = 0
    while True:
        async with database.transaction() as tx:
            few = await tx.execute(statement, before)
        if not few:
            return deleted
        deleted += few
