"""What modules declare about people: permissions, tokens, credentials, memberships, personal data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from phoenix.kernel.actor import Actor, MembershipRecord, SessionRecord
    from phoenix.kernel.cache.keys import Key
    from phoenix.kernel.data.database import Reader, Transaction
    from phoenix.kernel.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Permission:
    """Something a person may do, in one organisation or on the whole platform.

    `implies` are permissions that are of no use apart: an API key with this scope has them too.
    """

    name: str
    about: str
    scope: Literal["organisation", "platform"] = "organisation"
    implies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """How a token of one kind becomes an account: those that begin with `prefix`; "" takes every token no other one takes.

    `find` raises nothing: None is a token that is unknown, ended, forged or expired. What it finds has ids that begin with
    `records`; `seen` writes down when those were last used, and `why` gives the reason one of them ended, for a client with
    an open socket. `keys` are the generations that a record depends on, besides that of its account.
    """

    find: Callable[[Runtime, Reader, str], Awaitable[SessionRecord | None]]
    seen: Callable[[Transaction, Sequence[tuple[str, float]]], Awaitable[None]]
    why: Callable[[Reader, str], Awaitable[str]]
    records: str
    prefix: str = ""
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountSource:
    """Where accounts are. Exactly one module gives it. `hold` keeps one as it is until the transaction ends."""

    hold: Callable[[Transaction, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class MembershipSource:
    """Which organisations an account belongs to, and what it may do there. At most one module gives it."""

    finder: Callable[[Mapping[str, frozenset[str]]], Callable[[Reader, str], Awaitable[Sequence[MembershipRecord]]]]
    """Given what each role may do, how the memberships of an account are found."""
    hold: Callable[[Transaction, str], Awaitable[None]]
    """Keeps the memberships of an organisation as they are until the transaction ends."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Something a person can sign in with. `sql` is a scalar subquery that counts those of an account, written `{account}`.

    `signs_in`: it is enough to begin signing in. `second_factor`: it can be asked for as a second factor. Credentials of
    all modules are counted in one statement, so that no module needs to know what the others bring.
    """

    name: str
    sql: str
    signs_in: bool = False
    second_factor: bool = False


@dataclass(frozen=True, slots=True)
class SecurityNotice:
    """An email to the owner of an account about its safety: what happened, and what to do if it was someone else.

    `facts` gives the words in braces, in the zone of the owner. They are read when the email is sent, by the id of
    the account or of another record, so that no job holds a name or a reason. `path` is the page that the email links to; without one it is where people
    look after what protects their account.
    """

    name: str
    sentence: str
    foot: str = ""
    path: str = ""
    facts: Callable[[Reader, str, ZoneInfo], Awaitable[Mapping[str, str]]] | None = None


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What a module keeps of a person, and how it lets go of it.

    `erase` deletes it or makes it nobody's, in the caller's transaction; it may be called again. `export` gives plain values
    that become one JSON file of the archive. `refuse` raises Conflict where the person must settle something before they
    ask for deletion; `deletion_asked` is called in the same transaction once they have.
    """

    erase: Callable[[Transaction, str], Awaitable[None]]
    export: Callable[[Reader, str], Awaitable[Any]] | None = None
    refuse: Callable[[Reader, str], Awaitable[None]] | None = None
    deletion_asked: Callable[[Transaction, Actor], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """How ids of one prefix become words for people: one query for any number of ids."""

    prefix: str
    find: Callable[[Reader, Sequence[str]], Awaitable[Mapping[str, str]]]
