"""People for staff: searchable lists, one person in full, and platform permissions."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct

from phoenix.kernel.data.listed import Filter, Listed, Search, Sort, listed
from phoenix.kernel.data.paged import Order
from phoenix.kernel.data.query import Query, query
from phoenix.kernel.data.words import END, text_query, typed
from phoenix.kernel.language import _


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
    created_at: datetime
    name_key: str
    """The name as it is sorted."""


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
           (SELECT max(s.seen_at) FROM sessions s WHERE s.account_id = a.id AND s.impersonator_id IS NULL) AS seen_at,
           a.created_at, lower(a.name) COLLATE "C" AS name_key
      FROM accounts a
     WHERE a.kind = $2 AND {where} {order}
"""


def _find(words: str) -> tuple[str, tuple[object, ...]]:
    """By the beginning of an account id or address, or by those of words of the name or address: each has an index."""
    asked = typed(words)
    start = asked.lower()
    if start.startswith("acc_"):
        return "id", (start, start + END)
    return ("address", (start, start + END)) if "@" in start else ("words", (start, start + END, text_query(asked)))


PEOPLE: Listed[PersonRow] = listed(
    "staff people",
    PersonRow,
    _LISTED,
    sorts=(
        # Ids are sortable by time.
        Sort("since", _("Since"), Order("a.id DESC")),
        Sort("name", _("Name"), Order('lower(a.name) COLLATE "C" AS name_key', "a.id")),
    ),
    filters=(
        Filter(
            "state",
            _("State"),
            _("Any state"),
            (("locked", _("Locked")), ("leaving", _("Deletion scheduled"))),
            {"locked": "a.locked_at IS NOT NULL", "leaving": "a.erase_at IS NOT NULL"},
        ),
    ),
    search=Search(
        _("Name, address or ID"),
        _find,
        {
            "id": "a.id >= {0} AND a.id < {1}",
            "address": "a.email_key >= {0} AND a.email_key < {1}",
            "words": "to_tsvector('simple', a.name) @@ to_tsquery('simple', {2}) OR (a.email_key >= {0} AND a.email_key < {1})",
        },
        samples=("acc_1", "1@", "ada"),
    ),
    sample=(datetime(2026, 1, 1, tzinfo=UTC), "person"),
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
