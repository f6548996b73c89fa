"""Time zones that were stored under a name that is no longer the canonical one: after an upgrade, or a new edition of the names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from phoenix.kernel.data.database import Database, Transaction
from phoenix.kernel.data.query import Query, command, query
from phoenix.kernel.i18n.zones import canonical, edition

BATCH = 1000
IS_DONE: Query[int] = query(int, "SELECT number FROM batch_positions WHERE name = $1")
DONE = command("INSERT INTO batch_positions VALUES ($1, 1) ON CONFLICT DO NOTHING")


@dataclass(frozen=True, slots=True)
class Zoned:
    """A table with a time zone in each row.

    `read` gets an ID and a number, and returns ID and zone of that many rows after it; `rename` gets IDs, their zones and new names.
    """

    name: str
    read: Query[tuple[str, str]]
    rename: Query[None]
    invalidate: Callable[[Transaction, list[str]], None] = lambda _tx, _ids: None


async def rename_zones(database: Database, zoned: Zoned) -> int:
    """Give every zone its canonical name, a batch in a transaction. Returns the number of rows changed.

    Versions stay: a zone under another name is the same zone. The table is read again each time until it has nothing to change, since code
    of the last release may still write during an update, then not before the next edition of the names.
    """
    position = f"zones of {zoned.name} {edition()}"
    async with database.reader() as db:
        if await db.maybe(IS_DONE, position):
            return 0
    changed, after, read = 0, "", BATCH
    while read == BATCH:
        async with database.transaction() as tx:
            rows = await tx.all(zoned.read, after, BATCH)
            former = [(id_, zone, found) for id_, zone in rows if (found := canonical(zone)) not in {None, zone}]
            if former:
                ids, zones, names = map(list, zip(*former, strict=True))
                await tx.execute(zoned.rename, ids, zones, names)
                zoned.invalidate(tx, [id_ for id_, _, _ in former])
        changed, read = changed + len(former), len(rows)
        after = rows[-1][0] if rows else after
    if not changed:
        async with database.transaction() as tx:
            await tx.execute(DONE, position)
    return changed
