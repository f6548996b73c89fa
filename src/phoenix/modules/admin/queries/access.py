"""Everyone and everything with access: permissions on the platform, API keys and roles; and the reviews of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.paged import Order, Paged, paged
from phoenix.kernel.data.query import Query, command, query


class StaffAccess(Struct, frozen=True):
    """A permission on the platform. `used_at` is when its holder last used the panel."""

    account: str
    name: str
    email: str
    permission: str
    granted_by: str | None
    granted_at: datetime
    used_at: datetime | None


class KeyAccess(Struct, frozen=True):
    """An API key that works, with its account and whoever made it."""

    id: str
    name: str
    hint: str
    account: str
    owner: str
    kind: str
    scopes: Sequence[str]
    created_by: str | None
    created_at: datetime
    seen_at: datetime | None
    until: datetime


class RoleAccess(Struct, frozen=True):
    """A role in an organisation. `used_at` is when its holder last used a session."""

    organisation: str
    organisation_name: str
    account: str
    name: str
    role: str
    joined_at: datetime
    used_at: datetime | None


class Holding(Struct, frozen=True):
    """A permission on the platform, as a review keeps it."""

    account: str
    permission: str
    granted_by: str | None


class Totals(Struct, frozen=True):
    """How many keys work, and how many people and service accounts have each role."""

    keys: int
    roles: dict[str, int]


class Review(Struct, frozen=True):
    """A review. `found` is what there was when it was signed: the permissions on the platform, and the totals of keys and roles."""

    id: str
    reviewed_at: datetime
    reviewed_by: str
    found: dict[str, Any]
    signature: bytes


STAFF: Paged[StaffAccess] = paged(
    "access of staff",
    StaffAccess,
    Order("p.account_id AS account", "p.permission"),
    """
    SELECT p.account_id AS account, a.name, a.email, p.permission, p.granted_by, p.granted_at,
           (SELECT max(s.seen_at) FROM sessions s WHERE s.account_id = p.account_id AND s.audience = 'admin') AS used_at
      FROM user_permissions p JOIN accounts a ON a.id = p.account_id
     WHERE {after} {order}
""",
)
KEYS: Paged[KeyAccess] = paged(
    "access of keys",
    KeyAccess,
    Order("k.id"),
    """
    SELECT k.id, k.name, k.hint, k.account_id AS account, a.name AS owner, a.kind, k.scopes, k.created_by, k.created_at, k.seen_at, k.until
      FROM api_keys k JOIN accounts a ON a.id = k.account_id
     WHERE k.revoked_at IS NULL AND k.until > $1 AND {after} {order}
""",
)
ROLES: Paged[RoleAccess] = paged(
    "access by roles",
    RoleAccess,
    Order("m.organisation_id AS organisation", "m.account_id AS account"),
    """
    SELECT m.organisation_id AS organisation, o.name AS organisation_name, m.account_id AS account, a.name, m.role, m.joined_at,
           (SELECT max(s.seen_at) FROM sessions s WHERE s.account_id = m.account_id) AS used_at
      FROM memberships m JOIN organisations o ON o.id = m.organisation_id JOIN accounts a ON a.id = m.account_id
     WHERE {after} {order}
""",
)
HOLDINGS: Query[Holding] = query(
    Holding, "SELECT account_id AS account, permission, granted_by FROM user_permissions ORDER BY account_id, permission"
)
TOTALS: Query[Totals] = query(
    Totals,
    """
    SELECT (SELECT count(*) FROM api_keys WHERE revoked_at IS NULL AND until > $1) AS keys,
           (SELECT coalesce(jsonb_object_agg(role, number), '{}')
              FROM (SELECT role, count(*) AS number FROM memberships GROUP BY role) r) AS roles
""",
)
ADD_REVIEW = command("INSERT INTO access_reviews (id, reviewed_at, reviewed_by, found, signature) VALUES ($1, $2, $3, $4, $5)")
LAST_REVIEW: Query[Review] = query(
    Review, "SELECT id, reviewed_at, reviewed_by, found, signature FROM access_reviews ORDER BY reviewed_at DESC LIMIT 1"
)
# An installation that was never reviewed is due as long after its first permission was granted.
FIRST_GRANT: Query[datetime | None] = query(lambda at: at, "SELECT min(granted_at) AS at FROM user_permissions")
