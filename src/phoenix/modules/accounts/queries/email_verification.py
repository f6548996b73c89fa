"""Emailed codes and links, and signed tokens that work once."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from phoenix.kernel.data.purge import purge
from phoenix.kernel.data.query import Query, command, query


class EmailVerification(Struct, frozen=True):
    """A code and a link in one email. `account` or `sign_up` is what the address belongs to.

    `destination` is sealed by whoever started it. `tried_by` names whoever guessed, once for each attempt. `tries_left` are those of all but `asked_by`, who requested the email.
    """

    id: str
    account: str | None
    sign_up: str | None
    email_key: str
    code_hash: bytes
    asked_by: str
    tries_left: int
    tried_by: Sequence[str]
    destination: str


class Link(Struct, frozen=True):
    """A link as it is now: whose it is, and whether it can still be used."""

    account: str | None
    works: bool


_SELECT = (
    "SELECT id, account_id AS account, sign_up_id AS sign_up, email_key, code_hash, asked_by, tries_left, tried_by, destination FROM proofs"
)
INSERT = command("""
    INSERT INTO proofs (id, account_id, sign_up_id, email_key, purpose, link_hash, code_hash, code_until, link_until, tries_left, created_at, asked_by,
                        destination)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
""")
BY_LINK: Query[EmailVerification] = query(
    EmailVerification, f"{_SELECT} WHERE link_hash = $1 AND purpose = $2 AND used_at IS NULL AND link_until > $3 FOR UPDATE"
)
LINK: Query[Link] = query(
    Link,
    """
    SELECT account_id AS account, used_at IS NULL AND link_until > $3 AS works FROM proofs WHERE link_hash = $1 AND purpose = $2
""",
)
BY_CODE: Query[EmailVerification] = query(
    EmailVerification,
    f"""{_SELECT}
     WHERE email_key = $1 AND purpose = $2 AND used_at IS NULL AND code_until > $3 AND ($4::text IS NULL OR account_id = $4)
     ORDER BY created_at DESC LIMIT 100 FOR UPDATE
""",
)
# An account's row is locked before its codes and links: whoever changes a password locks both as well, and in this order.
HOLD_BY_LINK: Query[str] = query(
    str,
    "SELECT a.id FROM accounts a JOIN proofs p ON p.account_id = a.id WHERE p.link_hash = $1 AND p.used_at IS NULL FOR NO KEY UPDATE OF a",
)
HOLD_BY_CODE: Query[str] = query(
    str,
    """
    SELECT a.id FROM accounts a JOIN proofs p ON p.account_id = a.id
     WHERE p.email_key = $1 AND p.purpose = $2 AND p.used_at IS NULL AND ($3::text IS NULL OR a.id = $3) ORDER BY a.id FOR NO KEY UPDATE OF a
""",
)
COUNT_TRY = command("""
    UPDATE proofs p SET tried_by = array_append(p.tried_by, t.guesser), tries_left = p.tries_left - (t.guesser <> p.asked_by)::integer
      FROM unnest($1::text[], $2::text[]) AS t (id, guesser) WHERE p.id = t.id
""")
USE: Query[int] = query(int, "UPDATE proofs SET used_at = $2 WHERE id = $1 AND used_at IS NULL RETURNING 1")
USE_ALL = command("UPDATE proofs SET used_at = $2 WHERE account_id = $1 AND used_at IS NULL")
USE_ALL_FOR = command("UPDATE proofs SET used_at = $3 WHERE account_id = $1 AND purpose = $2 AND asked_by = $4 AND used_at IS NULL")
FORGET_OLD = purge("proofs", "link_until < $1")

# A single-use signed token is recorded when it is used. Of two simultaneous uses exactly one gets the row.
USE_TOKEN: Query[int] = query(int, "INSERT INTO spent_tokens (hash, until) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1")
FORGET_USED_TOKENS = purge("spent_tokens", "until < $1")
