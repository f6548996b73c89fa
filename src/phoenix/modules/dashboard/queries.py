"""All cards of a dashboard in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from phoenix.kernel.actor import Actor, MembershipRecord
from phoenix.kernel.data.database import Reader
from phoenix.kernel.data.query import Query, query
from phoenix.kernel.module import Card


def statement(cards: Sequence[Card]) -> str:
    """One row with one JSON value per card. The casts give the parameters their types if no card uses them."""
    columns = ",\n".join(f"({card.sql}) AS card_{number}" for number, card in enumerate(cards))
    return f"SELECT $1::text AS organisation, $2::text AS account, $3::text AS zone{',' if columns else ''} {columns}"


async def cards_of(db: Reader, cards: Sequence[Card], actor: Actor, membership: MembershipRecord) -> list[Any]:
    """The data of each card, in order; one query for any number of cards."""
    found: Query[tuple[Any, ...]] = query(lambda *columns: columns[3:], statement(cards))
    row = await db.one(found, membership.organisation, actor.account, actor.time_zone)
    return list(row)
