"""Queries for copies of what an organisation holds, and for what is in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.purge import purge
from phoenix.kernel.data.query import Query, command, query


class OrganisationExport(Struct, frozen=True):
    id: str
    organisation: str
    asked_by: str
    created_at: datetime
    ready_at: datetime | None
    until: datetime


class Stored(Struct, frozen=True):
    """A copy that is ready: in chunks of the run that finished it."""

    id: str
    run: str
    size: int


class Named(Struct, frozen=True):
    name: str
    slug: str


ADD = command("INSERT INTO organisation_exports (id, organisation_id, asked_by, created_at, until) VALUES ($1, $2, $3, $4, $5)")
_EXPORT = "SELECT id, organisation_id AS organisation, asked_by, created_at, ready_at, until FROM organisation_exports"
EXPORTS: Query[OrganisationExport] = query(
    OrganisationExport, f"{_EXPORT} WHERE organisation_id = $1 AND until > $2 ORDER BY created_at DESC LIMIT 50"
)
EXPORT: Query[OrganisationExport] = query(OrganisationExport, f"{_EXPORT} WHERE id = $1")
STORED: Query[Stored] = query(
    Stored,
    "SELECT id, run, size FROM organisation_exports WHERE id = $1 AND organisation_id = $2 AND ready_at IS NOT NULL AND until > $3",
)
# Of one run of the job: another that runs at the same time writes its own.
ADD_CHUNK = command("INSERT INTO organisation_export_chunks (export_id, run, number, data) VALUES ($1, $2, $3, $4)")
CHUNK: Query[bytes] = query(bytes, "SELECT data FROM organisation_export_chunks WHERE export_id = $1 AND run = $2 AND number = $3")
FINISH: Query[str] = query(
    str, "UPDATE organisation_exports SET run = $2, size = $3, ready_at = $4 WHERE id = $1 AND ready_at IS NULL RETURNING id"
)
# Of a run that another one overtook.
FORGET_RUN = command("DELETE FROM organisation_export_chunks WHERE export_id = $1 AND run = $2")
FORGET_OLD = purge("organisation_exports", "until <= $1", most=20, oldest="until")
DELETE_CHUNKS = command("""
    DELETE FROM organisation_export_chunks c
     USING (SELECT c.export_id, c.run, c.number FROM organisation_exports e JOIN organisation_export_chunks c ON c.export_id = e.id
             WHERE e.organisation_id = $1 LIMIT $2) AS found
     WHERE c.export_id = found.export_id AND c.run = found.run AND c.number = found.number
""")
DELETE_EXPORTS = command(
    "DELETE FROM organisation_exports WHERE id IN (SELECT id FROM organisation_exports WHERE organisation_id = $1 LIMIT $2)"
)

# For an account that can download them now.
OF_OWNER: Query[Named] = query(
    Named,
    """
    SELECT o.name, o.slug FROM organisations o JOIN memberships m ON m.organisation_id = o.id
     WHERE o.id = $1 AND o.deleting_at IS NULL AND m.account_id = $2 AND m.role = 'owner'
""",
)
ORGANISATION: Query[dict[str, Any]] = query(
    lambda organisation: organisation,
    """
    SELECT jsonb_build_object('id', id, 'slug', slug, 'name', name, 'locale', locale, 'time_zone', time_zone, 'created_at', created_at, 'closes_at', closes_at) AS organisation
      FROM organisations WHERE id = $1
""",
)
MEMBERS: Query[dict[str, Any]] = query(
    lambda member: member,
    """
    SELECT jsonb_build_object('id', a.id, 'kind', a.kind, 'name', a.name, 'email', CASE WHEN a.kind = 'person' THEN a.email END, 'role', m.role,
                              'joined_at', m.joined_at) AS member
      FROM memberships m JOIN accounts a ON a.id = m.account_id WHERE m.organisation_id = $1 ORDER BY m.joined_at, a.id
""",
)
INVITATIONS: Query[dict[str, Any]] = query(
    lambda invitation: invitation,
    """
    SELECT jsonb_build_object('id', id, 'email', email, 'role', role, 'invited_by', invited_by, 'created_at', created_at, 'expires_at', until,
                              'accepted_at', accepted_at, 'revoked_at', revoked_at) AS invitation
      FROM invitations WHERE organisation_id = $1 ORDER BY created_at, id
""",
)
# What the feed shows. Which of the staff did something is not shown to anyone.
ACTIVITY: Query[dict[str, Any]] = query(
    lambda event: event,
    """
    SELECT jsonb_build_object('id', id, 'kind', kind, 'at', occurred_at, 'actor', CASE WHEN kind <> ALL ($3::text[]) THEN actor_id END,
                              'subject', subject) AS event
      FROM events WHERE organisation_id = $1 AND kind = ANY ($2::text[]) ORDER BY number
""",
)
