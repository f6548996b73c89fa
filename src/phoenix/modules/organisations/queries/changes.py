"""Queries for forms that edit an organisation or a role: what is saved, and who saved it."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from phoenix.kernel.data.query import Query, query


class MemberNow(Struct, frozen=True):
    account: str
    name: str
    role: str
    version: int


class Change(Struct, frozen=True):
    """Who changed something, and when, where that is known."""

    by: str | None
    at: datetime | None


UNKNOWN = Change(None, None)

MEMBER: Query[MemberNow] = query(
    MemberNow,
    """
    SELECT a.id AS account, a.name, m.role, m.version FROM memberships m JOIN accounts a ON a.id = m.account_id
     WHERE m.organisation_id = $1 AND m.account_id = $2 AND a.kind = 'person'
""",
)
# Who last changed the settings, or a role. Which member of the staff it was is shown to nobody.
CHANGED: Query[Change] = query(
    Change,
    """
    SELECT actor_id AS by, occurred_at AS at FROM events
     WHERE organisation_id = $1 AND kind IN ('organisations.renamed', 'organisations.settings_changed') ORDER BY number DESC LIMIT 1
""",
)
ROLE_CHANGED: Query[Change] = query(
    Change,
    """
    SELECT CASE WHEN kind = 'organisations.role_changed' THEN actor_id END AS by, occurred_at AS at FROM events
     WHERE organisation_id = $1 AND subject = $2 AND kind IN ('organisations.role_changed', 'organisations.owner_appointed')
     ORDER BY number DESC LIMIT 1
""",
)
