"""Organisations for staff."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from phoenix.kernel.data.listed import Listed, Search, Sort, listed
from phoenix.kernel.data.paged import Order
from phoenix.kernel.data.query import Query, query
from phoenix.kernel.data.words import text_query, typed
from phoenix.kernel.language import _


class OrganisationRow(Struct, frozen=True):
    id: str
    slug: str
    name: str
    created_at: datetime
    members: int
    """People, counted as they join and leave."""
    service_accounts: int
    name_key: str
    """The name as it is sorted."""


class PersonMembership(Struct, frozen=True):
    """A person's membership in an organisation."""

    organisation: str
    slug: str
    name: str
    role: str
    joined_at: datetime


_LISTED = """
    SELECT o.id, o.slug, o.name, o.created_at, people.count AS members,
           (SELECT count(*) FROM memberships m WHERE m.organisation_id = o.id) - people.count AS service_accounts,
           lower(o.name) COLLATE "C" AS name_key
      FROM organisations o
      CROSS JOIN LATERAL (SELECT coalesce(sum(c.count), 0)::bigint AS count FROM member_counts c WHERE c.organisation_id = o.id) people
"""


def _find(words: str) -> tuple[str, tuple[object, ...]]:
    return "words", (words.lower(), text_query(typed(words)))


ORGANISATIONS: Listed[OrganisationRow] = listed(
    "staff organisations",
    OrganisationRow,
    _LISTED + " WHERE o.deleting_at IS NULL AND {where} {order}",
    sorts=(
        Sort("since", _("Since"), Order("o.id DESC")),
        Sort("name", _("Name"), Order('lower(o.name) COLLATE "C" AS name_key', "o.id")),
        Sort("slug", _("Short name"), Order("o.slug", "o.id")),
    ),
    search=Search(
        _("Name, short name or ID"),
        _find,
        {"words": "o.id = {0} OR o.slug = {0} OR to_tsvector('simple', o.name) @@ to_tsquery('simple', {1})"},
        samples=("nobody",),
    ),
)
ONE: Query[OrganisationRow] = query(OrganisationRow, f"{_LISTED} WHERE o.id = $1")
MEMBERSHIPS: Query[PersonMembership] = query(
    PersonMembership,
    """
    SELECT o.id AS organisation, o.slug, o.name, m.role, m.joined_at FROM memberships m JOIN organisations o ON o.id = m.organisation_id
     WHERE m.account_id = $1 ORDER BY m.joined_at, o.id
""",
)
