"""Queries for offers of ownership."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from phoenix.kernel.data.purge import purge
from phoenix.kernel.data.query import Query, command, query

# What a choice can hold and still be read; whoever has more members searches.
MOST_CANDIDATES = 200


class Offer(Struct, frozen=True):
    """An offer that can still be accepted, as of now: both are members, and whoever made it is still an owner."""

    id: str
    account: str
    person: str
    offered_by: str
    offerer: str
    created_at: datetime
    until: datetime


class EndedOffer(Struct, frozen=True):
    """An offer that ended because someone lost the right to make or to accept it."""

    organisation: str
    account: str
    offered_by: str


class Candidate(Struct, frozen=True):
    account: str
    name: str
    email: str
    role: str


# One that was removed and joined again is offered nothing.
OFFER: Query[Offer] = query(
    Offer,
    """
    SELECT f.id, f.account_id AS account, a.name AS person, f.offered_by, b.name AS offerer, f.created_at, f.until
      FROM ownership_offers f
      JOIN active_people x ON x.id = f.account_id JOIN accounts a ON a.id = f.account_id
      JOIN active_people y ON y.id = f.offered_by JOIN accounts b ON b.id = f.offered_by
      JOIN memberships m ON m.organisation_id = f.organisation_id AND m.account_id = f.account_id AND m.joined_at <= f.created_at
      JOIN memberships o ON o.organisation_id = f.organisation_id AND o.account_id = f.offered_by AND o.role = 'owner'
     WHERE f.organisation_id = $1 AND f.until > $2 AND m.role <> 'owner'
""",
)
ADD = command(
    "INSERT INTO ownership_offers (id, organisation_id, account_id, offered_by, created_at, until) VALUES ($1, $2, $3, $4, $5, $6)"
)
# Whatever became of it: expired ones too.
END: Query[str] = query(str, "DELETE FROM ownership_offers WHERE organisation_id = $1 RETURNING id")
DELETE = command("DELETE FROM ownership_offers WHERE organisation_id = $1")
WITHDRAW: Query[EndedOffer] = query(
    EndedOffer,
    """
    DELETE FROM ownership_offers WHERE organisation_id = $1 AND (account_id = $2 OR offered_by = $2) AND until > $3
    RETURNING organisation_id AS organisation, account_id AS account, offered_by
""",
)
WITHDRAW_ALL: Query[EndedOffer] = query(
    EndedOffer,
    """
    DELETE FROM ownership_offers WHERE (account_id = ANY($1::text[]) OR offered_by = ANY($1::text[])) AND until > $2
    RETURNING organisation_id AS organisation, account_id AS account, offered_by
""",
)
FORGET_OLD = purge("ownership_offers", "until <= $1")
OF_PERSON = command("DELETE FROM ownership_offers WHERE account_id = $1 OR offered_by = $1")
# Of organisation $1, those whose name contains $2 or whose address begins with it: everyone, where it is empty. At most MOST_CANDIDATES.
CANDIDATES: Query[Candidate] = query(
    Candidate,
    """
    SELECT a.id AS account, a.name, a.email, m.role FROM memberships m JOIN active_people x ON x.id = m.account_id JOIN accounts a ON a.id = x.id
     WHERE m.organisation_id = $1 AND m.role <> 'owner' AND (strpos(lower(a.name), $2) > 0 OR starts_with(a.email_key, $2))
     ORDER BY lower(a.name), a.id LIMIT 200
""",
)
