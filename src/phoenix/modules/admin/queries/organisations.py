"""Organisations for staff."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from phoenix.kernel.data.paged import Order, Paged, paged
from phoenix.kernel.data.query import Query, query


class OrganisationRow(Struct, frozen=True):
    id: str
    slug: str
    name: str
    created_at: datetime
    members: int
    """People, counted as they join and leave."""
    service_accounts: int


class PersonMembership(Struct, frozen=True):
    """A person's membership in an organisation."""

    organisation: str
    slug: str
    name: str
    role: str
    joined_at: datetime


_LISTED = """
    SELECT o.id, o.slug, o.name, o.created_at, people.count AS members,
           (SELECT count(*) FROM memberships m WHERE m.organisation_id = o.id) - people.count AS service_accounts
      FROM organisations o
      CROSS JOIN LATERAL (SELECT coalesce(sum(c.count), 0)::bigint AS count FROM member_counts c WHERE c.organisation_id = o.id) people
"""
NEWEST_FIRST = Order("o.id DESC")
ORGANISATIONS: Paged[OrganisationRow] = paged("staff organisations", OrganisationRow, NEWEST_FIRST, _LISTED + " WHERE {after} {order}")
FOUND: Paged[OrganisationRow] = paged(
    "staff organisations",
    OrganisationRow,
    NEWEST_FIRST,
    f"""{_LISTED}
     WHERE (o.id = $1 OR o.slug = $1 OR to_tsvector('simple', o.name) @@ to_tsquery('simple', $2)) AND {{after}} {{order}}
""",
)
ONE: Query[OrganisationRow] = query(OrganisationRow, f"{_LISTED} WHERE o.id = $1")
MEMBERSHIPS: Query[PersonMembership] = query(
    PersonMembership,
    """
    SELECT o.id AS organisation, o.slug, o.name, m.role, m.joined_at FROM memberships m JOIN organisations o ON o.id = m.organisation_id
     WHERE m.account_id = $1 ORDER BY m.joined_at, o.id
""",
)
