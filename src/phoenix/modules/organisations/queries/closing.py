"""Queries for organisations that will be deleted: asked for, cancelled, reminded of, and carried out in batches."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from phoenix.kernel.data.query import Query, command, query


class Closing(Struct, frozen=True):
    """An organisation whose deletion was asked for, by whom and until when it can be cancelled. All are None for any other."""

    name: str
    slug: str
    closes_at: datetime | None
    closed_by: str | None
    asker: str | None


CLOSING: Query[Closing] = query(
    Closing,
    """
    SELECT o.name, o.slug, o.closes_at, o.closed_by, c.name AS asker FROM organisations o LEFT JOIN accounts c ON c.id = o.closed_by
     WHERE o.id = $1 AND o.deleting_at IS NULL
""",
)
CLOSE: Query[str] = query(
    str,
    """
    UPDATE organisations SET closes_at = $2, closed_by = $3, reminded_at = NULL WHERE id = $1 AND closes_at IS NULL RETURNING id
""",
)
CLOSE_AT_ONCE = command("UPDATE organisations SET closes_at = $2 WHERE id = $1 AND deleting_at IS NULL")
KEEP: Query[str] = query(
    str,
    """
    UPDATE organisations SET closes_at = NULL, closed_by = NULL, reminded_at = NULL
     WHERE id = $1 AND closes_at IS NOT NULL AND deleting_at IS NULL RETURNING id
""",
)
# Whose owners are to be reminded; each once.
REMIND: Query[str] = query(
    str,
    """
    UPDATE organisations SET reminded_at = $1
     WHERE id IN (SELECT id FROM organisations WHERE closes_at > $1 AND closes_at <= $2 AND reminded_at IS NULL
                   ORDER BY closes_at LIMIT 100 FOR UPDATE SKIP LOCKED)
    RETURNING id
""",
)
# Where nobody could have cancelled it. Owners are reminded again.
POSTPONE: Query[str] = query(
    str,
    """
    UPDATE organisations SET closes_at = $3, reminded_at = NULL WHERE id = $1 AND closes_at <= $2 AND deleting_at IS NULL RETURNING id
""",
)
# Begun ones too: a job that was given up is resumed.
DUE: Query[str] = query(str, "SELECT id FROM organisations WHERE closes_at <= $1 ORDER BY closes_at LIMIT 100")
BEGIN: Query[str] = query(
    str, "UPDATE organisations SET deleting_at = $2 WHERE id = $1 AND closes_at <= $2 AND deleting_at IS NULL RETURNING id"
)
BEGUN: Query[str] = query(str, "SELECT id FROM organisations WHERE id = $1 AND deleting_at IS NOT NULL FOR UPDATE")
END: Query[str] = query(str, "DELETE FROM organisations WHERE id = $1 AND deleting_at IS NOT NULL RETURNING id")

PEOPLE: Query[str] = query(
    str,
    """
    SELECT m.account_id FROM memberships m JOIN active_people a ON a.id = m.account_id
     WHERE m.organisation_id = $1 AND m.account_id > $2 AND ($3 = '' OR m.role = $3) ORDER BY m.account_id LIMIT $4
""",
)
# At most MOST_SERVICE_ACCOUNTS.
SERVICE_ACCOUNTS_OF: Query[str] = query(
    str,
    """
    SELECT a.id FROM memberships m JOIN accounts a ON a.id = m.account_id
     WHERE m.organisation_id = $1 AND a.kind = 'service' ORDER BY a.id LIMIT $2
""",
)
DELETE_MEMBERSHIPS = command("""
    DELETE FROM memberships WHERE organisation_id = $1
       AND account_id IN (SELECT account_id FROM memberships WHERE organisation_id = $1 ORDER BY account_id LIMIT $2)
""")
DELETE_INVITATIONS = command("DELETE FROM invitations WHERE id IN (SELECT id FROM invitations WHERE organisation_id = $1 LIMIT $2)")
DELETE_COUNTS = command("DELETE FROM member_counts WHERE organisation_id = $1")
