"""What a module tells the house: plain frozen values, folded by the application, the worker and the command line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from phoenix.kernel.actor import Actor, Seat, SessionRecord
    from phoenix.kernel.database import Reader, Transaction
    from phoenix.kernel.events import Event, Recorded
    from phoenix.kernel.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Permission:
    """Something a person may do, in one organisation or on the whole platform."""

    name: str
    about: str
    scope: Literal["organisation", "platform"] = "organisation"


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind of fact, and how it is told. Without `feed` it is recorded but not shown in the feed.

    `summary` is a gettext message with `{actor}` and the fields of the event in braces. `link` is a path with
    `{organisation}` (its slug), `{subject}` and the event's fields in braces. Who has not `permission` there does not see it.
    """

    type: type[Event]
    summary: str = ""
    feed: str = ""
    group: str = ""
    link: str = ""
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """Background work. `run` gets the runtime and the payload given to `enqueue`; it must be idempotent.

    A failed run is tried again after `first_delay` seconds, doubling, `attempts` times in all, then set aside.
    """

    name: str
    run: Callable[[Runtime, dict[str, Any]], Awaitable[None]]
    attempts: int = 8
    first_delay: float = 1.0
    concurrency: int = 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job that runs by the clock. `cron` is a crontab expression in UTC."""

    name: str
    cron: str
    run: Callable[[Runtime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Follower:
    """Work that follows the events by number, at least once each, in order, resuming where it stopped."""

    name: str
    follow: Callable[[Transaction, Sequence[Recorded]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Card:
    """A dashboard card. All cards of a dashboard share one statement: `sql` is a scalar subquery giving JSON.

    It may use $1 (organisation), $2 (account) and $3 (the reader's IANA zone).
    """

    name: str
    title: str
    sql: str
    template: str
    permission: str
    side: bool = False


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A place in the sidebar. `path` holds `{organisation}` where it belongs to one."""

    label: str
    icon: str
    path: str
    permission: str = ""
    group: Literal["main", "organisation", "account"] = "main"
    order: int = 50


@dataclass(frozen=True, slots=True)
class HotRead:
    """A GET route whose bytes are answered before the framework is entered, when they are cached.

    `key` gives the cache key for a reader and a query string, or None where the framework must answer.
    """

    path: str
    key: Callable[[Actor, bytes], str | None]


@dataclass(frozen=True, slots=True)
class Names:
    """How ids of one prefix become words for people: one query for any number of ids."""

    prefix: str
    find: Callable[[Reader, Sequence[str]], Awaitable[Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class Identity:
    """How a session token becomes an account. Exactly one module gives it."""

    find: Callable[[Reader, bytes], Awaitable[SessionRecord | None]]
    seen: Callable[[Transaction, Sequence[tuple[str, float]]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Seating:
    """Which organisations an account sits in, and what it may do there. At most one module gives it."""

    finder: Callable[[Mapping[str, frozenset[str]]], Callable[[Reader, str], Awaitable[Sequence[Seat]]]]
    """Given what each role may do, how the seats of an account are found."""


@dataclass(frozen=True, slots=True)
class Live:
    """What sockets are told of a batch of events, as (room, event, payload). Rooms are `account:ID` and `organisation:ID`."""

    tell: Callable[[Runtime, Sequence[Recorded]], Awaitable[list[tuple[str, str, Any]]]]


@dataclass(frozen=True, slots=True)
class Command:
    """A function that becomes `phoenix <group> <name>`."""

    group: str
    name: str
    run: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Module:
    """One module of the house. Only `name`, `about` and `folder` are needed."""

    name: str
    about: str
    folder: Path
    needs: tuple[str, ...] = ()
    routes: tuple[HTTPRouteHandler, ...] = ()
    permissions: tuple[Permission, ...] = ()
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    events: tuple[EventKind, ...] = ()
    jobs: tuple[Job, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    followers: tuple[Follower, ...] = ()
    cards: tuple[Card, ...] = ()
    navigation: tuple[NavigationItem, ...] = ()
    hot: tuple[HotRead, ...] = ()
    names: tuple[Names, ...] = ()
    live: tuple[Live, ...] = ()
    commands: tuple[Command, ...] = ()
    identity: Identity | None = None
    seating: Seating | None = None

    @property
    def templates(self) -> Path:
        return self.folder / "templates"

    @property
    def migrations(self) -> Path:
        return self.folder / "migrations"
