"""Queries for invitations that are withdrawn or replaced, and for keys whose maker lost the right to make them."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.data.query import Query, query


class Withdrawal(Struct, frozen=True):
    """An invitation that was withdrawn."""

    id: str
    organisation: str


class WithdrawnInvitation(Struct, frozen=True):
    """Whom it was for, and who sent it."""

    email: str
    role: str
    sender: str | None


# What someone could no longer invite for with another role; with none of them, everything.
WITHDRAW: Query[Withdrawal] = query(
    Withdrawal,
    """
    UPDATE invitations SET revoked_at = $4
     WHERE organisation_id = $1 AND invited_by = $2 AND role <> ALL($3::text[]) AND accepted_at IS NULL AND revoked_at IS NULL
    RETURNING id, organisation_id AS organisation
""",
)
WITHDRAW_ALL: Query[Withdrawal] = query(
    Withdrawal,
    """
    UPDATE invitations SET revoked_at = $2 WHERE invited_by = ANY($1::text[]) AND accepted_at IS NULL AND revoked_at IS NULL
    RETURNING id, organisation_id AS organisation
""",
)
# At most as many as can be pending in an organisation.
WITHDRAWN_AT: Query[WithdrawnInvitation] = query(
    WithdrawnInvitation,
    """
    SELECT i.email, i.role, a.name AS sender FROM invitations i LEFT JOIN accounts a ON a.id = i.invited_by
     WHERE i.organisation_id = $1 AND i.revoked_at = $2 ORDER BY i.email_key
""",
)
# Not those of someone locked: these no longer work.
KEYS_LEFT: Query[bool] = query(
    bool,
    """
    SELECT EXISTS (SELECT 1 FROM api_keys k JOIN memberships m ON m.account_id = k.account_id JOIN accounts a ON a.id = k.account_id
                    WHERE k.created_by = $2 AND m.organisation_id = $1 AND a.kind = 'service' AND k.revoked_at IS NULL
                      AND k.suspended_at IS NULL AND (k.until IS NULL OR k.until > $3))
       AND NOT EXISTS (SELECT 1 FROM memberships x WHERE x.organisation_id = $1 AND x.account_id = $2 AND x.role IN ('owner', 'administrator'))
""",
)
KEY_MAKERS: Query[str] = query(
    str,
    """
    SELECT DISTINCT k.created_by FROM memberships m JOIN accounts a ON a.id = m.account_id JOIN api_keys k ON k.account_id = a.id
     WHERE m.organisation_id = $1 AND a.kind = 'service' AND k.created_by IS NOT NULL AND k.revoked_at IS NULL
       AND (k.until IS NULL OR k.until > $2)
""",
)
ORGANISATIONS_OF: Query[str] = query(
    str, "SELECT DISTINCT organisation_id FROM memberships WHERE account_id = ANY($1) ORDER BY organisation_id"
)
OPEN_TO_ADDRESS: Query[str] = query(
    str,
    """
    SELECT role FROM invitations
     WHERE organisation_id = $1 AND email_key = $2 AND accepted_at IS NULL AND revoked_at IS NULL FOR UPDATE
""",
)
