"""What staff ask about people: lists to search, one person in full, and who may do what on the whole platform."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from phoenix.kernel.data.database import Query, query
from phoenix.modules.accounts.queries import Ended


class Listed(Struct, frozen=True):
    """A person as a row of a list. `slowed` is waiting after too many wrong tries."""

    id: str
    email: str
    name: str
    kind: str
    locked: bool
    slowed: bool
    erase_at: datetime | None
    erased: bool
    has_password: bool
    totp: bool
    passkeys: int
    seen_at: datetime | None


class Person(Struct, frozen=True):
    """A person in full, for those who look after the account."""

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
    slowed_until: datetime | None
    erase_at: datetime | None
    erased_at: datetime | None
    has_password: bool
    totp: bool
    passkeys: int
    backup_codes_left: int
    seen_at: datetime | None


class Granted(Struct, frozen=True):
    """Something an account may do on the whole platform."""

    permission: str
    granted_by: str | None
    granted_at: datetime


class Target(Struct, frozen=True):
    """What decides whether staff may act on an account."""

    id: str
    name: str
    kind: str
    locked: bool
    erased: bool
    permissions: Sequence[str]


class Looked(Struct, frozen=True):
    """Who looks, or looked, through somebody's eyes, until when and why."""

    staff_name: str
    until: datetime
    reason: str


class Looking(Struct, frozen=True):
    """A session in which staff look through a person's eyes."""

    id: str
    account: str
    name: str
    staff: str
    staff_name: str
    until: datetime
    writes: bool


_LISTED = """
    SELECT a.id, a.email, a.name, a.kind, a.locked_at IS NOT NULL,
           EXISTS (SELECT 1 FROM guards g WHERE g.account_id = a.id AND g.locked_until > $1), a.erase_at, a.erased_at IS NOT NULL,
           a.password_hash <> '!', EXISTS (SELECT 1 FROM totp_secrets t WHERE t.account_id = a.id AND t.confirmed_at IS NOT NULL),
           (SELECT count(*) FROM passkeys p WHERE p.account_id = a.id),
           (SELECT max(s.seen_at) FROM sessions s WHERE s.account_id = a.id AND s.impersonator_id IS NULL)
      FROM accounts a
"""
# Ids are sortable by time: the newest people first, and a cursor is an id.
PEOPLE: Query[Listed] = query(Listed, f"{_LISTED} WHERE a.id < $2 ORDER BY a.id DESC LIMIT $3")
PEOPLE_BY_ID: Query[Listed] = query(Listed, f"{_LISTED} WHERE a.id < $2 AND a.id >= $4 AND a.id < $5 ORDER BY a.id DESC LIMIT $3")
PEOPLE_BY_ADDRESS: Query[Listed] = query(
    Listed, f"{_LISTED} WHERE a.id < $2 AND a.email_key >= $4 AND a.email_key < $5 ORDER BY a.id DESC LIMIT $3"
)
# By the beginning of any words of the name, or of the address. Both have an index, and no extension is needed for either.
PEOPLE_BY_WORDS: Query[Listed] = query(
    Listed,
    f"""{_LISTED}
     WHERE a.id < $2 AND (to_tsvector('simple', a.name) @@ to_tsquery('simple', $6) OR (a.email_key >= $4 AND a.email_key < $5))
     ORDER BY a.id DESC LIMIT $3
""",
)
PERSON: Query[Person] = query(
    Person,
    """
    SELECT a.id, a.email, a.name, a.kind, a.time_zone, a.locale, a.contact, a.created_at, a.locked_at, a.lock_reason,
           (SELECT max(g.locked_until) FROM guards g WHERE g.account_id = a.id AND g.locked_until > $2), a.erase_at, a.erased_at,
           a.password_hash <> '!', EXISTS (SELECT 1 FROM totp_secrets t WHERE t.account_id = a.id AND t.confirmed_at IS NOT NULL),
           (SELECT count(*) FROM passkeys p WHERE p.account_id = a.id),
           (SELECT count(*) FROM backup_codes b WHERE b.account_id = a.id AND b.used_at IS NULL),
           (SELECT max(s.seen_at) FROM sessions s WHERE s.account_id = a.id AND s.impersonator_id IS NULL)
      FROM accounts a WHERE a.id = $1
""",
)
PERMISSIONS: Query[Granted] = query(
    Granted, "SELECT permission, granted_by, granted_at FROM user_permissions WHERE account_id = $1 ORDER BY permission"
)

# Acts of staff on one account take turns, and those between staff and a person too: in the order of their ids.
LOCK_ACCOUNTS: Query[str] = query(str, "SELECT id FROM accounts WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE")
# As above; the row of who acts is missing where it was closed in the meantime.
LOCK_FOR_STAFF: Query[str] = query(
    str,
    """
    SELECT id FROM accounts
     WHERE id = ANY($1::text[]) AND (id <> $2 OR (locked_at IS NULL AND erased_at IS NULL)) ORDER BY id FOR UPDATE
""",
)
TARGET: Query[Target] = query(
    Target,
    """
    SELECT id, name, kind, locked_at IS NOT NULL, erased_at IS NOT NULL,
           ARRAY(SELECT permission FROM user_permissions WHERE account_id = a.id) FROM accounts a WHERE id = $1
""",
)
LOCK_ACCOUNT: Query[str] = query(
    str, "UPDATE accounts SET locked_at = $2, lock_reason = $3 WHERE id = $1 AND locked_at IS NULL RETURNING id"
)
OPEN_ACCOUNT: Query[str] = query(
    str, "UPDATE accounts SET locked_at = NULL, lock_reason = NULL WHERE id = $1 AND locked_at IS NOT NULL RETURNING id"
)
TAKE: Query[str] = query(str, "DELETE FROM user_permissions WHERE account_id = $1 AND permission = $2 RETURNING account_id")
OTHER_HOLDERS: Query[int] = query(
    int,
    """
    SELECT count(*) FROM user_permissions p JOIN accounts a ON a.id = p.account_id
     WHERE p.permission = $1 AND p.account_id <> $2 AND a.locked_at IS NULL AND a.erased_at IS NULL AND a.kind = 'person'
""",
)

# A session's token is made when its link is opened, so that nobody has one before.
BEGIN_LOOKING: Query[Looking] = query(
    Looking,
    """
    UPDATE sessions s SET token_hash = $2 FROM accounts a, accounts i
     WHERE s.id = $1 AND a.id = s.account_id AND i.id = s.impersonator_id AND s.ended_at IS NULL AND s.until > $3
    RETURNING s.id, a.id, a.name, i.id, i.name, s.until, s.impersonation_writes
""",
)
LOOKING: Query[Looking] = query(
    Looking,
    """
    SELECT s.id, a.id, a.name, i.id, i.name, s.until, s.impersonation_writes
      FROM sessions s JOIN accounts a ON a.id = s.account_id JOIN accounts i ON i.id = s.impersonator_id
     WHERE s.id = $1 AND s.ended_at IS NULL AND s.until > $2
""",
)
LOOKED: Query[Looked] = query(
    Looked,
    """
    SELECT i.name, s.until, s.impersonation_reason FROM sessions s JOIN accounts i ON i.id = s.impersonator_id WHERE s.id = $1
""",
)
END_LOOKING_BY: Query[Ended] = query(
    Ended,
    """
    UPDATE sessions SET ended_at = $2, end_reason = $3 WHERE impersonator_id = $1 AND ended_at IS NULL AND until > $2
    RETURNING id, account_id, impersonator_id
""",
)
END_LOOKING_AS: Query[Ended] = query(
    Ended,
    """
    UPDATE sessions SET ended_at = $2, end_reason = $3
     WHERE account_id = $1 AND impersonator_id IS NOT NULL AND ended_at IS NULL AND until > $2
    RETURNING id, account_id, impersonator_id
""",
)
REMOVE_PASSKEYS: Query[str] = query(str, "DELETE FROM passkeys WHERE account_id = $1 RETURNING id")
