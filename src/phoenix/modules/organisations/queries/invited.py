"""Queries for the person who is invited: their open invitations, and what became of the one whose link they open."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.data.query import Query, query
from phoenix.modules.organisations.queries import OPEN, OpenInvitation


class OpenedInvitation(Struct, frozen=True):
    """An invitation whose link was opened, whether or not it is still open."""

    organisation: str
    organisation_name: str
    organisation_slug: str
    email: str
    email_key: str
    accepted: bool


OPENED: Query[OpenedInvitation] = query(
    OpenedInvitation,
    """
    SELECT o.id AS organisation, o.name AS organisation_name, o.slug AS organisation_slug, i.email, i.email_key,
           i.accepted_at IS NOT NULL AS accepted
      FROM invitations i JOIN organisations o ON o.id = i.organisation_id WHERE i.token_hash = $1
""",
)
OPEN_TO: Query[OpenInvitation] = query(OpenInvitation, f"{OPEN} AND i.email_key = $1 AND i.until > $2 ORDER BY i.id DESC LIMIT 20")
OPEN_TO_BY_ID: Query[OpenInvitation] = query(OpenInvitation, f"{OPEN} AND i.id = $1 AND i.until > $2 AND i.email_key = $3")
DECLINE: Query[str] = query(
    str,
    """
    UPDATE invitations SET revoked_at = $3 WHERE id = $1 AND email_key = $2 AND accepted_at IS NULL AND revoked_at IS NULL
    RETURNING organisation_id
""",
)
