"""Queries for invitations that are withdrawn or replaced."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.data.query import Query, query


class Withdrawal(Struct, frozen=True):
    """An invitation that was withdrawn."""

    id: str
    organisation: str


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
OPEN_TO_ADDRESS: Query[str] = query(
    str,
    """
    SELECT role FROM invitations
     WHERE organisation_id = $1 AND email_key = $2 AND accepted_at IS NULL AND revoked_at IS NULL FOR UPDATE
""",
)
