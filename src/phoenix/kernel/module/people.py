"""What modules declare about people: permissions, tokens, credentials, memberships, personal data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

if TYPE_CHECKING:
    from phoenix.kernel.actor import Actor, MembershipRecord, SessionRecord, Use
    from phoenix.kernel.cache.keys import Key
    from phoenix.kernel.data.database import Reader, Transaction
    from phoenix.kernel.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Permission:
    """Something a person can be allowed to do, in one organisation or on the whole platform.

    `implies` are permissions that this one is of no use without: an API key with this scope has them too.
    """

    name: str
    about: str
    scope: Literal["organisation", "platform"] = "organisation"
    implies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """How a token of one kind is resolved to an account. Handles tokens that start with `prefix`; "" handles all others.

    `find` raises nothing: it returns None for a token that is unknown, revoked, forged or expired. `follow` finds the record of
    an expired token as well, as long as the record is valid and its tokens were not replaced, for a socket that was
    authenticated with it. The records have ids that start with `records`. `seen` saves when they were last used, and `why`
    returns the reason one of them ended, or "" if it has not, for a client with an open socket. `keys` are the generations
    that a record depends on, besides that of its account.
    """

    find: Callable[[Runtime, Reader, str], Awaitable[SessionRecord | None]]
    follow: Callable[[Runtime, Reader, str], Awaitable[SessionRecord | None]]
    seen: Callable[[Transaction, Sequence[Use]], Awaitable[None]]
    why: Callable[[Reader, str], Awaitable[str]]
    records: str
    prefix: str = ""
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountSource:
    """Access to accounts. Exactly one module provides it. `hold` locks an account until the transaction ends."""

    hold: Callable[[Transaction, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class MembershipSource:
    """An account's organisations and its permissions there. At most one module provides it."""

    finder: Callable[[Mapping[str, frozenset[str]]], Callable[[Reader, str], Awaitable[Sequence[MembershipRecord]]]]
    """Given the permissions of each role, returns the function that finds the memberships of an account."""
    hold: Callable[[Transaction, str], Awaitable[None]]
    """Locks the memberships of an organisation until the transaction ends."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Something a person can sign in with. `sql` is a scalar subquery that counts those of an account, written `{account}`.

    `signs_in`: it is enough to start signing in. `second_factor`: it can be used as a second factor. The credentials of all
    modules are counted in one statement, so that no module needs to know about the others'.
    """

    name: str
    sql: str
    signs_in: bool = False
    second_factor: bool = False


@dataclass(frozen=True, slots=True)
class SecurityNotice:
    """A security email to the owner of an account: what happened, and what to do if it was someone else.

    `facts` returns the values for the placeholders, in the owner's time zone. They are read when the email is sent, by the id
    of the account or of another record, so that no job holds a name or a reason; None where the notice is no longer true, and is
    not sent. `path` is the page that the email links to, with the same placeholders; by default, the page with the account's
    security settings. `button` says where the link leads, and is required with a `path` outside the settings; `title` heads the
    email. `sample` has a value for each placeholder, for staff to look at.
    """

    name: str
    sentence: str
    foot: str = ""
    path: str = ""
    button: str = ""
    title: str = ""
    facts: Callable[[Reader, str, ZoneInfo], Awaitable[Mapping[str, str] | None]] | None = None
    sample: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PersonalData:
    """The personal data that a module holds, and how it is exported and erased.

    `erase` deletes or anonymises it in the caller's transaction, and can be called again. `export` returns plain values that
    become one JSON file of the archive; where it returns `Rows`, they are read while the file is written. `refuse` raises Conflict if the person must resolve something before the account can be
    deleted: it is asked when deletion is requested and again when it is due. `deletion_asked` is called in the same transaction once they have requested it.
    """

    erase: Callable[[Transaction, str], Awaitable[None]]
    export: Callable[[Reader, str], Awaitable[Any]] | None = None
    refuse: Callable[[Transaction, str], Awaitable[None]] | None = None
    deletion_asked: Callable[[Transaction, Actor], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """How ids with one prefix are turned into names for people: one query for any number of ids."""

    prefix: str
    find: Callable[[Reader, Sequence[str]], Awaitable[Mapping[str, str]]]


class Title(Struct, frozen=True):
    """What something is called, and the path of its page."""

    id: str
    text: str
    link: str


@dataclass(frozen=True, slots=True)
class Titles:
    """What things with ids of one prefix are called: one query for any number of ids. `find` leaves out what the actor may not read."""

    prefix: str
    find: Callable[[Reader, Actor, Sequence[str]], Awaitable[Sequence[Title]]]
