"""What entries are called, where others name them by their id."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.actor import Actor
from phoenix.kernel.data.database import Reader
from phoenix.kernel.module import Title
from phoenix.modules.entries import queries


async def titles(db: Reader, actor: Actor, entries: Sequence[str]) -> Sequence[Title]:
    """The titles of those entries that the actor may read, with where they are."""
    found = await db.all(queries.TITLES, list(entries))
    readable = {m.organisation: m.slug for m in actor.memberships if actor.may("entries.read", m.organisation)}
    return [Title(one.id, one.title, f"/o/{readable[one.organisation]}/entries/{one.id}") for one in found if one.organisation in readable]
