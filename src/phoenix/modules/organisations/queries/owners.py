"""Queries for the owners of organisations: whether one is left who can sign in and is not leaving."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from phoenix.kernel.data.query import Query, query


class OwnedAlone(Struct, frozen=True):
    """An organisation with one owner: when it will be deleted, None unless that was asked for, and the owner's time zone."""

    name: str
    closes_at: datetime | None
    time_zone: str


ABLE_OWNERS: Query[int] = query(
    int,
    """
    SELECT count(*) FROM memberships m JOIN active_people a ON a.id = m.account_id
     WHERE m.organisation_id = $1 AND m.role = 'owner' AND m.account_id <> $2
""",
)
OTHER_OWNERS: Query[str] = query(
    str,
    """
    SELECT m.account_id FROM memberships m JOIN active_people a ON a.id = m.account_id
     WHERE m.organisation_id = $1 AND m.role = 'owner' AND m.account_id <> $2 ORDER BY m.account_id
""",
)
OWNED: Query[str] = query(str, "SELECT organisation_id FROM memberships WHERE account_id = $1 AND role = 'owner' ORDER BY organisation_id")
ABLE_ROLE: Query[str] = query(
    str,
    """
    SELECT m.role FROM memberships m JOIN active_people a ON a.id = m.account_id WHERE m.organisation_id = $1 AND m.account_id = $2
""",
)
ABLE_AMONG: Query[str] = query(
    str,
    """
    SELECT m.account_id FROM memberships m JOIN active_people a ON a.id = m.account_id
     WHERE m.organisation_id = $1 AND m.account_id = ANY($2)
""",
)
OWNED_ALONE_WITH_OTHERS: Query[OwnedAlone] = query(
    OwnedAlone,
    """
    SELECT o.name, o.closes_at, p.time_zone
      FROM memberships m JOIN organisations o ON o.id = m.organisation_id JOIN accounts p ON p.id = m.account_id
     WHERE m.account_id = $1 AND m.role = 'owner'
       AND NOT EXISTS (SELECT 1 FROM memberships x JOIN active_people a ON a.id = x.account_id
                        WHERE x.organisation_id = o.id AND x.role = 'owner' AND x.account_id <> $1)
       AND EXISTS (SELECT 1 FROM memberships x JOIN accounts a ON a.id = x.account_id
                    WHERE x.organisation_id = o.id AND x.account_id <> $1 AND a.kind = 'person')
     ORDER BY o.closes_at NULLS FIRST LIMIT 1
""",
)
WITHOUT_OWNER: Query[str] = query(
    str,
    """
    SELECT o.id FROM organisations o
     WHERE EXISTS (SELECT 1 FROM memberships m JOIN active_people a ON a.id = m.account_id WHERE m.organisation_id = o.id)
       AND NOT EXISTS (SELECT 1 FROM memberships m JOIN active_people a ON a.id = m.account_id
                        WHERE m.organisation_id = o.id AND m.role = 'owner')
     ORDER BY o.id LIMIT 20
""",
)
