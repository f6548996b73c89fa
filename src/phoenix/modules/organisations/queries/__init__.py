"""Queries for organisations, members and invitations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from phoenix.kernel.actor import MembershipRecord
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.paged import Order, Paged, paged
from phoenix.kernel.data.query import Query, command, query


class Organisation(Struct, frozen=True):
    id: str
    slug: str
    name: str
    locale: str
    time_zone: str
    created_at: datetime
    version: int


class JoinedOrganisation(Struct, frozen=True):
    """An organisation in a list of its member's."""

    id: str
    slug: str
    name: str
    locale: str
    time_zone: str
    created_at: datetime
    version: int
    role: str
    joined_at: datetime


class RoleNow(Struct, frozen=True):
    """The role of a member, and the version of the membership."""

    role: str
    version: int


class ServiceAccount(Struct, frozen=True):
    """A service account in an organisation, with its latest key."""

    account: str
    name: str
    role: str
    key: str | None
    hint: str | None
    scopes: Sequence[str] | None
    seen_at: datetime | None
    until: datetime | None
    made_by: str | None
    maker: str | None
    """The name of the person who made the key."""
    maker_lost_right: bool
    """Whether they could not make it now: they are no longer a member, or have a lower role."""
    suspended: bool
    """Whether staff locked them since they made the key: then it does not work until it is renewed."""


class Invitation(Struct, frozen=True):
    id: str
    organisation: str
    email: str
    email_key: str
    role: str
    invited_by: str
    until: datetime
    sent_at: datetime


class OpenInvitation(Struct, frozen=True):
    """A pending invitation, as shown to its recipient."""

    id: str
    organisation: str
    organisation_name: str
    organisation_slug: str
    role: str
    invited_by: str
    inviter_name: str
    inviter_role: str | None
    """None if they are no longer a member."""
    email: str
    email_key: str
    locale: str
    """The language of the invitation: the recipient's if they have an account, else the organisation's."""


# Nobody is a member any more of one whose deletion has begun.
MEMBERSHIPS_OF = """
    SELECT o.id AS organisation, o.slug, o.name, m.role, o.closes_at, c.name AS closed_by
      FROM memberships m JOIN organisations o ON o.id = m.organisation_id LEFT JOIN accounts c ON c.id = o.closed_by
     WHERE m.account_id = $1 AND o.deleting_at IS NULL ORDER BY m.joined_at, o.id
"""

INSERT: Query[Organisation] = query(
    Organisation,
    """
    INSERT INTO organisations (id, slug, name, created_at, updated_at, locale, time_zone) VALUES ($1, $2, $3, $4, $4, $5, $6)
    ON CONFLICT (slug) DO NOTHING RETURNING id, slug, name, locale, time_zone, created_at, version
""",
)
ORGANISATION: Query[Organisation] = query(
    Organisation, "SELECT id, slug, name, locale, time_zone, created_at, version FROM organisations WHERE id = $1"
)
ORGANISATIONS: Paged[JoinedOrganisation] = paged(
    "organisations",
    JoinedOrganisation,
    Order("m.joined_at", "o.id"),
    """
    SELECT o.id, o.slug, o.name, o.locale, o.time_zone, o.created_at, o.version, m.role, m.joined_at
      FROM memberships m JOIN organisations o ON o.id = m.organisation_id
     WHERE m.account_id = $1 AND o.deleting_at IS NULL AND {after} {order}
""",
)
CHANGE: Query[Organisation] = query(
    Organisation,
    """
    UPDATE organisations SET name = coalesce($2, name), locale = coalesce($3, locale), time_zone = coalesce($4, time_zone), updated_at = $5,
           version = DEFAULT
     WHERE id = $1 AND ($6::integer[] IS NULL OR version = ANY($6)) RETURNING id, slug, name, locale, time_zone, created_at, version
""",
)
# What bounds lists that have no pages: counted before one more is made.
COUNT_ORGANISATIONS: Query[int] = query(int, "SELECT count(*) FROM memberships WHERE account_id = $1")
COUNT_SERVICE_ACCOUNTS: Query[int] = query(
    int, "SELECT count(*) FROM memberships m JOIN accounts a ON a.id = m.account_id WHERE m.organisation_id = $1 AND a.kind = 'service'"
)
COUNT_INVITATIONS: Query[int] = query(
    int,
    """
    SELECT count(*) FROM invitations WHERE organisation_id = $1 AND email_key <> $2 AND accepted_at IS NULL AND revoked_at IS NULL
""",
)
NAME: Query[str] = query(str, "SELECT name FROM organisations WHERE id = $1")
LOCK: Query[str] = query(str, "SELECT id FROM organisations WHERE id = $1 FOR UPDATE")

INSERT_MEMBER = command("""
    INSERT INTO memberships (organisation_id, account_id, role, joined_at, given_by) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
""")
MEMBER_IDS: Query[str] = query(str, "SELECT account_id FROM memberships WHERE organisation_id = $1")
# Only people: service accounts are added and removed elsewhere.
ROLE: Query[RoleNow] = query(
    RoleNow,
    """
    SELECT m.role, m.version FROM memberships m JOIN accounts a ON a.id = m.account_id
     WHERE m.organisation_id = $1 AND m.account_id = $2 AND a.kind = 'person' FOR UPDATE OF m
""",
)
SET_ROLE: Query[int] = query(
    int,
    """
    UPDATE memberships SET role = $3, given_by = $4, version = DEFAULT WHERE organisation_id = $1 AND account_id = $2 RETURNING version
""",
)
REMOVE = command("DELETE FROM memberships WHERE organisation_id = $1 AND account_id = $2")
_SERVICE_ACCOUNT = """
    SELECT a.id AS account, a.name AS name, m.role AS role, k.id AS key, k.hint AS hint, k.scopes AS scopes, k.seen_at AS seen_at, k.until AS until,
           maker.id AS made_by, maker.name AS maker, (k.suspended_at IS NOT NULL OR maker.locked_at IS NOT NULL) AS suspended,
           maker.id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM memberships x WHERE x.organisation_id = m.organisation_id
                                                   AND x.account_id = maker.id AND x.role IN ('owner', 'administrator')) AS maker_lost_right
      FROM memberships m JOIN accounts a ON a.id = m.account_id
      LEFT JOIN LATERAL (SELECT id, hint, scopes, seen_at, until, created_by, suspended_at FROM api_keys
                          WHERE account_id = a.id AND revoked_at IS NULL ORDER BY created_at DESC LIMIT 1) k ON true
      LEFT JOIN accounts maker ON maker.id = k.created_by
     WHERE m.organisation_id = $1 AND a.kind = 'service'
"""
SERVICE_ACCOUNTS: Query[ServiceAccount] = query(ServiceAccount, f"{_SERVICE_ACCOUNT} ORDER BY a.created_at, a.id")
SERVICE_ACCOUNT: Query[ServiceAccount] = query(ServiceAccount, f"{_SERVICE_ACCOUNT} AND a.id = $2")
# Held until the transaction ends, so that nobody joins one that is being deleted. In one order: two people may leave at the same time.
HOLD_ORGANISATIONS_OF: Query[str] = query(
    str,
    """
    SELECT o.id FROM organisations o WHERE o.id IN (SELECT organisation_id FROM memberships WHERE account_id = $1) ORDER BY o.id FOR UPDATE
""",
)
LEFT_ALONE: Query[str] = query(
    str,
    """
    SELECT o.id FROM organisations o
     WHERE EXISTS (SELECT 1 FROM memberships m WHERE m.organisation_id = o.id AND m.account_id = $1)
       AND NOT EXISTS (SELECT 1 FROM memberships m JOIN accounts a ON a.id = m.account_id
                        WHERE m.organisation_id = o.id AND m.account_id <> $1 AND a.kind = 'person')
""",
)
LEAVE_ALL = command("DELETE FROM memberships WHERE account_id = $1")
# Invitations to the person contain their address, whoever sent them and whatever became of them.
FORGET_INVITATIONS = command("""
    DELETE FROM invitations
     WHERE (invited_by = $1 AND accepted_at IS NULL) OR email_key = (SELECT email_key FROM accounts WHERE id = $1)
""")
PERSON_MEMBERSHIPS: Query[dict[str, Any]] = query(
    lambda membership: membership,
    """
    SELECT jsonb_build_object('organisation', o.id, 'name', o.name, 'role', m.role, 'joined_at', m.joined_at) AS membership
      FROM memberships m JOIN organisations o ON o.id = m.organisation_id WHERE m.account_id = $1 ORDER BY m.joined_at
""",
)
PERSON_INVITATIONS: Query[dict[str, Any]] = query(
    lambda invitation: invitation,
    """
    SELECT jsonb_build_object('organisation', organisation_id, 'email', email, 'role', role, 'created_at', created_at,
                              'accepted_at', accepted_at) AS invitation
      FROM invitations WHERE invited_by = $1 ORDER BY created_at
""",
)
IS_MEMBER_BY_EMAIL: Query[bool] = query(
    bool,
    """
    SELECT EXISTS (SELECT 1 FROM accounts a JOIN memberships m ON m.account_id = a.id WHERE a.email_key = $2 AND m.organisation_id = $1)
""",
)

INVITE: Query[str] = query(
    str,
    """
    INSERT INTO invitations (id, organisation_id, email, email_key, role, invited_by, token_hash, until, created_at, sent_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
    ON CONFLICT (organisation_id, email_key) WHERE accepted_at IS NULL AND revoked_at IS NULL
    DO UPDATE SET role = EXCLUDED.role, invited_by = EXCLUDED.invited_by, until = EXCLUDED.until, sent_at = EXCLUDED.sent_at
    RETURNING id
""",
)
INVITATIONS: Query[Invitation] = query(
    Invitation,
    """
    SELECT id, organisation_id AS organisation, email, email_key, role, invited_by, until, sent_at FROM invitations
     WHERE organisation_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL ORDER BY id DESC
""",
)
INVITATION: Query[Invitation] = query(
    Invitation,
    """
    SELECT id, organisation_id AS organisation, email, email_key, role, invited_by, until, sent_at FROM invitations
     WHERE id = $1 AND organisation_id = $2 AND accepted_at IS NULL AND revoked_at IS NULL FOR UPDATE
""",
)
OPEN = """
    SELECT i.id, o.id AS organisation, o.name AS organisation_name, o.slug AS organisation_slug, i.role, i.invited_by,
           a.name AS inviter_name, i.email, i.email_key, coalesce(r.locale, o.locale) AS locale,
           (SELECT m.role FROM memberships m WHERE m.organisation_id = o.id AND m.account_id = a.id) AS inviter_role
      FROM invitations i JOIN organisations o ON o.id = i.organisation_id JOIN accounts a ON a.id = i.invited_by
           LEFT JOIN accounts r ON r.email_key = i.email_key
     WHERE i.accepted_at IS NULL AND i.revoked_at IS NULL AND a.locked_at IS NULL AND a.erased_at IS NULL AND o.closes_at IS NULL
"""
OPEN_INVITATION_BY_ID: Query[OpenInvitation] = query(OpenInvitation, f"{OPEN} AND i.id = $1")
OPEN_INVITATION: Query[OpenInvitation] = query(OpenInvitation, f"{OPEN} AND i.token_hash = $1 AND i.until > $2")
SET_TOKEN = command("UPDATE invitations SET token_hash = $2, sent_at = $3, until = $4 WHERE id = $1")
ACCEPT: Query[str] = query(
    str, "UPDATE invitations SET accepted_at = $2 WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL RETURNING id"
)
REVOKE = command("UPDATE invitations SET revoked_at = $2 WHERE id = $1")


def membership_finder(roles: Mapping[str, frozenset[str]]) -> Callable[[Reader, str], Awaitable[Sequence[MembershipRecord]]]:
    """The function that finds the memberships of an account in one query. `roles` are the permissions of each role."""
    found = query(
        lambda organisation, slug, name, role, closes_at, closed_by: MembershipRecord(
            organisation, slug, name, role, roles.get(role, frozenset()), closes_at, closed_by
        ),
        MEMBERSHIPS_OF,
    )

    async def find(db: Reader, account: str) -> Sequence[MembershipRecord]:
        return await db.all(found, account)

    return find


async def hold_memberships(tx: Transaction, organisation: str) -> None:
    """Lock the memberships of an organisation until the transaction ends, so that acts of authority take turns."""
    await tx.maybe(LOCK, organisation)
