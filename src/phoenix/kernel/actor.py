"""Who is acting: an account, its session, and what it may do where."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from phoenix.kernel.errors import Forbidden, NotFound

SYSTEM = "system"


class Seat(Struct, frozen=True):
    """A place in an organisation, with the permissions it brings there."""

    organisation: str
    slug: str
    name: str
    role: str
    permissions: frozenset[str]


class SessionRecord(Struct, frozen=True):
    """A live session and its account, as the identity module found them. Instants are UTC."""

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

    def may(self, permission: str, organisation: str | None = None) -> bool:
        if organisation is None:
            return permission in self.record.platform or any(permission in s.permissions for s in self.seats)
        seat = self.seat(organisation)
        return seat is not None and permission in seat.permissions

    def require(self, permission: str, organisation: str) -> Seat:
        """The seat that allows it. NotFound where there is no seat at all: a stranger learns nothing. Else Forbidden."""
        seat = self.seat(organisation)
        if seat is None:
            raise NotFound("There is no such organisation, or you are not a member of it.")
        if permission not in seat.permissions:
            raise Forbidden(f"Your role in {seat.name} ({seat.role}) does not allow this.")
        return seat
