"""Who is acting: an account, its session, and what it may do where."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from phoenix.kernel.errors import Forbidden, NotFound

SYSTEM = "system"
ADMINISTRATOR = "platform.admin"
IMPERSONATE_AND_WRITE = "platform.impersonate_and_write"
# What an administrator has only when it was granted by name.
NEVER_IMPLIED = frozenset({IMPERSONATE_AND_WRITE})


class Seat(Struct, frozen=True):
    """A place in an organisation, with the permissions it brings there. To an API key it brings those of its scopes alone."""

    organisation: str
    slug: str
    name: str
    role: str
    permissions: frozenset[str]


class SessionRecord(Struct, frozen=True):
    """A live session, or an API key, and its account, as the identity module found them. Instants are UTC.

    `proved_at` is when the person last proved to be there, by password, second factor or the like. `impersonator` is the
    account that looks through this person's eyes. `scopes` are the permissions of an API key, None for a session.
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
    proved_at: datetime | None = None
    impersonator: str | None = None
    impersonation_writes: bool = False
    erase_at: datetime | None = None
    kind: str = "person"
    scopes: frozenset[str] | None = None
    impersonator_name: str | None = None
    has_second_factor: bool = False


class Actor(Struct, frozen=True):
    """A logged-in person. `require` is the one place where permissions are decided."""

    record: SessionRecord
    seats: tuple[Seat, ...] = ()

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

    def seat(self, organisation: str) -> Seat | None:
        """The seat in an organisation given by id or slug."""
        return next((s for s in self.seats if organisation in (s.organisation, s.slug)), None)

    @property
    def impersonator(self) -> str | None:
        return self.record.impersonator

    @property
    def is_key(self) -> bool:
        """Whether a program acts, with an API key, and no person."""
        return self.record.scopes is not None

    def owes_second_factor(self, asked_of: str) -> bool:
        """Whether a second factor is asked of this person, and there is none. `asked_of` is nobody, staff or everybody."""
        record = self.record
        if asked_of == "nobody" or record.has_second_factor or record.impersonator is not None or self.is_key:
            return False
        return asked_of == "everybody" or bool(record.platform)

    def may(self, permission: str, organisation: str | None = None) -> bool:
        """Whether it is allowed there, or anywhere. An API key never may more than its scopes say."""
        if self.record.scopes is not None and permission not in self.record.scopes:
            return False
        if organisation is None:
            platform = self.record.platform
            implied = ADMINISTRATOR in platform and permission.startswith("platform.") and permission not in NEVER_IMPLIED
            return implied or permission in platform or any(permission in s.permissions for s in self.seats)
        seat = self.seat(organisation)
        return seat is not None and permission in seat.permissions

    def require(self, permission: str, organisation: str) -> Seat:
        """The seat that allows it. NotFound where there is no seat at all: a stranger learns nothing. Else Forbidden."""
        seat = self.seat(organisation)
        if seat is None:
            raise NotFound("There is no such organisation, or you are not a member of it.")
        if self.record.scopes is not None and permission not in self.record.scopes:
            raise Forbidden(f"This API key does not have the scope {permission}.")
        if permission not in seat.permissions:
            raise Forbidden(f"Your role in {seat.name} ({seat.role}) does not allow this.")
        return seat
