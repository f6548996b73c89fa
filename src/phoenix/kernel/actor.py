"""Who is acting: an account, its session, and what it may do in which organisation."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from phoenix.kernel.errors import Forbidden, NotFound
from phoenix.kernel.language import _

ListenerName = Literal["public", "admin"]
ADMINISTRATOR = "platform.admin"
IMPERSONATE_AND_WRITE = "platform.impersonate_and_write"
# Permissions that even an administrator has only when they were granted individually.
NEVER_IMPLIED = frozenset({IMPERSONATE_AND_WRITE})


class MembershipRecord(Struct, frozen=True):
    """A role in an organisation, with its permissions there. An API key gets only those that are among its scopes.

    `closes_at` is when the organisation will be deleted, None unless someone asked for it; `closed_by` is the name of whoever did.
    """

    organisation: str
    slug: str
    name: str
    role: str
    permissions: frozenset[str]
    closes_at: datetime | None = None
    closed_by: str | None = None


class Membership(MembershipRecord, frozen=True, kw_only=True):
    """Evidence of a permission check in an organisation. Only `Actor.require` creates one; actions take it as an argument.

    `account` is the account that passed the check, `permission` is what was checked.
    """

    account: str
    permission: str

    def demand(self, permission: str) -> None:
        """Raises Forbidden unless the role, and for a key its scopes, allow this as well."""
        if permission not in self.permissions:
            raise _not_allowed(self.name, self.role)


def _not_allowed(organisation: str, role: str) -> Forbidden:
    return Forbidden(_("Your role in {name} ({role}) does not allow this.").format(name=organisation, role=_(role)))


class Use(Struct, frozen=True):
    """The last use of a session or API key: its id, when in seconds since 1970, and the `refresh_count` of the token."""

    session: str
    at: float
    refresh_count: int = -1


class SessionRecord(Struct, frozen=True):
    """A valid session or API key with its account, as the identity module found them. Instants are UTC.

    `authenticated_at` is when the person last authenticated, by password, second factor or the like. `impersonator` is the
    account that impersonates this person. `scopes` are the permissions of an API key, None for a session. `audience` is the
    listener it is for, `public` or `admin`: neither accepts a session of the other. `refresh_count` says how many refreshes
    of the session led to the access token that it was found by; -1 for other tokens.
    """

    session: str
    account: str
    email: str
    name: str
    time_zone: str
    locale: str
    email_verified: bool
    created_at: datetime
    platform: frozenset[str]
    idle_until: datetime
    until: datetime
    seen_at: datetime
    version: int = 1
    authenticated_at: datetime | None = None
    impersonator: str | None = None
    impersonation_writes: bool = False
    erase_at: datetime | None = None
    kind: str = "person"
    scopes: frozenset[str] | None = None
    impersonator_name: str | None = None
    has_second_factor: bool = False
    audience: ListenerName = "public"
    refresh_count: int = -1


class Actor(Struct, frozen=True):
    """Who is signed in, and what they may do. `require` is the one place where permissions in organisations are decided."""

    record: SessionRecord
    memberships: tuple[MembershipRecord, ...] = ()

    @property
    def account(self) -> str:
        return self.record.account

    @property
    def session(self) -> str:
        return self.record.session

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def time_zone(self) -> str:
        return self.record.time_zone

    @property
    def locale(self) -> str:
        """The language of their profile."""
        return self.record.locale

    @property
    def impersonator(self) -> str | None:
        return self.record.impersonator

    @property
    def is_key(self) -> bool:
        """Whether this is an API key rather than a person."""
        return self.record.scopes is not None

    def membership(self, organisation: str) -> MembershipRecord | None:
        """The membership in an organisation, by id or slug. For display only: it is not a permission check."""
        return next((m for m in self.memberships if organisation in (m.organisation, m.slug)), None)

    def needs_second_factor(self, required_for: str) -> bool:
        """Whether this person has to set up a second factor before doing anything else.

        `required_for` is the setting: `nobody`, `staff` or `everybody`. API keys and impersonators never have to.
        """
        record = self.record
        if required_for == "nobody" or record.has_second_factor or record.impersonator is not None or self.is_key:
            return False
        return required_for == "everybody" or bool(record.platform)

    def may(self, permission: str, organisation: str | None = None) -> bool:
        """Whether this is allowed in the organisation, or anywhere. An API key can never exceed its scopes."""
        if self.record.scopes is not None and permission not in self.record.scopes:
            return False
        if organisation is None:
            platform = self.record.platform
            implied = ADMINISTRATOR in platform and permission.startswith("platform.") and permission not in NEVER_IMPLIED
            return implied or permission in platform or any(permission in m.permissions for m in self.memberships)
        found = self.membership(organisation)
        return found is not None and permission in found.permissions

    def require(self, permission: str, organisation: str) -> Membership:
        """Check a permission. Raises NotFound if the account is not a member of the organisation, Forbidden if it may not."""
        found = self.membership(organisation)
        if found is None:
            raise NotFound("This organisation doesn't exist, or you're not a member of it.")
        if self.record.scopes is not None and permission not in self.record.scopes:
            raise Forbidden(_("This API key does not have the scope {permission}.").format(permission=permission))
        if permission not in found.permissions:
            raise _not_allowed(found.name, found.role)
        return Membership(
            found.organisation,
            found.slug,
            found.name,
            found.role,
            found.permissions,
            found.closes_at,
            found.closed_by,
            account=self.account,
            permission=permission,
        )
