"""People for staff: searchable lists, one person in full, and platform permissions."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from phoenix.kernel.data.paged import Order, Paged, paged
from phoenix.kernel.data.query import Query, query


class PersonRow(Struct, frozen=True):
    """A person, or a service account, as a row of a list. `paused` means rate-limited after too many wrong attempts."""

    id: str
    email: str
    name: str
    kind: str
    locked: bool
    paused: bool
    erase_at: datetime | None
    erased: bool
    has_password: bool
    totp: bool
    passkeys: int
    seen_at: datetime | None


class PersonDetails(Struct, frozen=True):
    """A person in full, for staff."""

    id: str
    email: str
    name: str
    kind: str
    time_zone: str
    locale: str
    contact: str
    created_at: datetime
    locked_at: datetime | None
    lock_reason: str | None
    paused_until: datetime | None
    erase_at: datetime | None
    erased_at: datetime | None
    has_password: bool
    totp: bool
    passkeys: int
    backup_codes_left: int
    seen_at: datetime | None


class GrantedPermission(Struct, frozen=True):
    """A platform permission of an account."""

    permission: str
    granted_by: str | None
    granted_at: datetime


# A subquery for each row of a page, where EXISTS would read the whole table first.
_LISTED = """
    SELECT a.id, a.email, a.name, a.kind, a.locked_at IS NOT NULL AS locked,
           coalesce((SELECT true FROM guards g WHERE g.account_id = a.id AND g.locked_until > $1 LIMIT 1), false) AS paused, a.erase_at,
           a.erased_at IS NOT NULL AS erased, a.password_hash <> '!' AS has_password,
           coalesce((SELECT true FROM totp_secrets t WHERE t.account_id = a.id AND t.confirmed_at IS NOT NULL), false) AS totp,
           (SELECT count(*) FROM passkeys p WHERE p.account_id = a.id) AS passkeys,
           (SELECT max(s.seen_at) FROM sessions s WHERE s.account_id = a.id AND s.impersonator_id IS NULL) AS seen_at
      FROM accounts a
"""
# Ids are sortable by time: the newest people first, and a cursor is an id.
NEWEST_FIRST = Order("a.id DESC")


def _people(condition: str) -> Paged[PersonRow]:
    return paged("staff people", PersonRow, NEWEST_FIRST, f"{_LISTED} WHERE {condition} {{after}} {{order}}")


PEOPLE = _people("a.kind = $2 AND")
PEOPLE_BY_ID = _people("a.kind = $2 AND a.id >= $3 AND a.id < $4 AND")
PEOPLE_BY_ADDRESS = _people("a.kind = $2 AND a.email_key >= $3 AND a.email_key < $4 AND")
# By prefixes of any words of the name, or of the address. Both have an index, and neither needs an extension.
PEOPLE_BY_WORDS = _people(
    "a.kind = $2 AND (to_tsvector('simple', a.name) @@ to_tsquery('simple', $5) OR (a.email_key >= $3 AND a.email_key < $4)) AND"
)
PERSON: Query[PersonDetails] = query(
    PersonDetails,
    """
    SELECT a.id, a.email, a.name, a.kind, a.time_zone, a.locale, a.contact, a.created_at, a.locked_at, a.lock_reason,
           (SELECT max(g.locked_until) FROM guards g WHERE g.account_id = a.id AND g.locked_until > $2) AS paused_until, a.erase_at,
           a.erased_at, a.password_hash <> '!' AS has_password,
           EXISTS (SELECT 1 FROM totp_secrets t WHERE t.account_id = a.id AND t.confirmed_at IS NOT NULL) AS totp,
           (SELECT count(*) FROM passkeys p WHERE p.account_id = a.id) AS passkeys,
           (SELECT count(*) FROM backup_codes b WHERE b.account_id = a.id AND b.used_at IS NULL) AS backup_codes_left,
           (SELECT max(s.seen_at) FROM sessions s WHERE s.account_id = a.id AND s.impersonator_id IS NULL) AS seen_at
      FROM accounts a WHERE a.id = $1
""",
)
PERMISSIONS: Query[GrantedPermission] = query(
    GrantedPermission, "SELECT permission, granted_by, granted_at FROM user_permissions WHERE account_id = $1 ORDER BY permission"
)
