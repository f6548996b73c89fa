"""Everyone and everything with access: permissions on the platform, API keys and roles; and the reviews of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.listed import Filter, Listed, Sort, listed
from phoenix.kernel.data.paged import Order
from phoenix.kernel.data.query import Query, command, query
from phoenix.kernel.language import _
from phoenix.modules.organisations.actions.members import ROLE_NAMES


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
    """A role in an organisation. `given_by` is None for one given before 2.1; `used_at` is when its holder last used a session or API key."""

    organisation: str
    organisation_name: str
    account: str
    name: str
    role: str
    given_by: str | None
    joined_at: datetime
    used_at: datetime | None


class Found(Struct, frozen=True):
    """What access there is. The two digests are those of every key and every role, in hexadecimal, so that no change goes unseen."""

    staff: list[dict[str, str | None]]
    keys: int
    keys_digest: str
    roles: dict[str, int]
    roles_digest: str


class Review(Struct, frozen=True):
    """A review. `found` is what there was when it was signed: the permissions on the platform, and the totals of keys and roles."""

    id: str
    reviewed_at: datetime
    reviewed_by: str
    found: dict[str, Any]
    signature: bytes


STAFF: Listed[StaffAccess] = listed(
    "access of staff",
    StaffAccess,
    """
    SELECT p.account_id AS account, a.name, a.email, p.permission, p.granted_by, p.granted_at,
           (SELECT max(s.seen_at) FROM sessions s WHERE s.account_id = p.account_id AND s.audience = 'admin') AS used_at
      FROM user_permissions p JOIN accounts a ON a.id = p.account_id
     WHERE {where} {order}
""",
    sorts=(
        Sort("person", _("Person"), Order("p.account_id AS account", "p.permission")),
        Sort("since", _("Since"), Order("p.granted_at", "p.account_id AS account", "p.permission")),
    ),
)
KEYS: Listed[KeyAccess] = listed(
    "access of keys",
    KeyAccess,
    """
    SELECT k.id, k.name, k.hint, k.account_id AS account, a.name AS owner, a.kind, k.scopes, k.created_by, k.created_at, k.seen_at, k.until
      FROM api_keys k JOIN accounts a ON a.id = k.account_id
     WHERE k.revoked_at IS NULL AND k.until > $1 AND {where} {order}
""",
    # Ids are sortable by time.
    sorts=(Sort("since", _("Since"), Order("k.id")),),
    sample=(datetime(2026, 1, 1, tzinfo=UTC),),
)
ROLES: Listed[RoleAccess] = listed(
    "access by roles",
    RoleAccess,
    """
    SELECT m.organisation_id AS organisation, o.name AS organisation_name, m.account_id AS account, a.name, m.role, m.given_by, m.joined_at,
           greatest((SELECT max(s.seen_at) FROM sessions s WHERE s.account_id = m.account_id),
                    (SELECT max(k.seen_at) FROM api_keys k WHERE k.account_id = m.account_id)) AS used_at
      FROM memberships m JOIN organisations o ON o.id = m.organisation_id JOIN accounts a ON a.id = m.account_id
     WHERE {where} {order}
""",
    sorts=(Sort("organisation", _("Organisation"), Order("m.organisation_id AS organisation", "m.account_id AS account")),),
    filters=(Filter("role", _("Role"), _("All roles"), ROLE_NAMES, "m.role = {value}"),),
)
# One statement, so that all of it was so at one instant. The digests do not depend on an order, so nothing is sorted.
FOUND: Query[Found] = query(
    Found,
    """
    SELECT (SELECT coalesce(jsonb_agg(jsonb_build_object('account', account_id, 'permission', permission, 'granted_by', granted_by)
                                      ORDER BY account_id, permission), '[]') FROM user_permissions) AS staff,
           k.keys, to_hex(coalesce(k.digest, 0)) AS keys_digest, r.roles, to_hex(coalesce(r.digest, 0)) AS roles_digest
      FROM (SELECT count(*) AS keys, bit_xor(hashtextextended(concat_ws(' ', id, account_id, created_by, scopes::text), 0)) AS digest
              FROM api_keys WHERE revoked_at IS NULL AND until > $1) k,
           (SELECT coalesce(jsonb_object_agg(role, count), '{}') AS roles, bit_xor(digest) AS digest
              FROM (SELECT role, count(*), bit_xor(hashtextextended(concat_ws(' ', organisation_id, account_id, role), 0)) AS digest
                      FROM memberships GROUP BY role) g) r
""",
)
ADD_REVIEW = command("INSERT INTO access_reviews (id, reviewed_at, reviewed_by, found, signature) VALUES ($1, $2, $3, $4, $5)")
LAST_REVIEW: Query[Review] = query(
    Review, "SELECT id, reviewed_at, reviewed_by, found, signature FROM access_reviews ORDER BY reviewed_at DESC LIMIT 1"
)
# An installation that was never reviewed is due as long after its first permission was granted.
FIRST_GRANT: Query[datetime | None] = query(lambda at: at, "SELECT min(granted_at) AS at FROM user_permissions")
