"""Queries for changes of who owns an organisation."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.data.query import Query, query


class Concerned(Struct, frozen=True):
    """An organisation, and the names of two people; None for someone who is not known."""

    name: str
    slug: str
    person: str | None
    by: str | None


PEOPLE_OF: Query[Concerned] = query(
    Concerned,
    """
    SELECT o.name, o.slug, (SELECT a.name FROM accounts a WHERE a.id = $2) AS person, (SELECT a.name FROM accounts a WHERE a.id = $3) AS by
      FROM organisations o WHERE o.id = $1 AND o.deleting_at IS NULL
""",
)
