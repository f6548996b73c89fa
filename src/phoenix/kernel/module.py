"""The module contract: plain frozen values, folded by the application, the worker and the command line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from phoenix.kernel.actor import Actor, MembershipRecord, SessionRecord
    from phoenix.kernel.cache.keys import Key
    from phoenix.kernel.data.database import Reader, Transaction
    from phoenix.kernel.data.events import Event, Recorded
    from phoenix.kernel.runtime import Part, Runtime
    from phoenix.settings import Settings


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
class EventGroup:
    """Kinds of events that people filter by together. `label` is a gettext message, such as "Entries"."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind of fact, and how it is told. Without `feed` it is recorded but not shown in the feed.

    `summary` is a gettext message with `{actor}` and the fields of the event in braces. `link` is a path with
    `{organisation}` (its slug), `{subject}` and the event's fields in braces. Readers without `permission` do not see it.
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

    A failed run is tried again after `first_delay` seconds, doubling, `attempts` times in all, then marked failed.
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
    """Work that follows the events by number, in order, resuming where it stopped.

    What it writes is in the transaction that moves its position, so it is written once for each event.
    """

    name: str
    follow: Callable[[Runtime, Transaction, Sequence[Recorded]], Awaitable[None]]


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
    figures: str = ""
    """A template for the top of the dashboard, which gets the same card."""


@dataclass(frozen=True, slots=True)
class FirstAction:
    """What people most often come to do in an organisation: a button at the top of pages, and in empty ones.

    `label` and `empty_label` are gettext messages; `path` holds `{organisation}`. Of several the first allowed is shown.
    """

    label: str
    empty_label: str
    icon: str
    path: str
    permission: str


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A place in the sidebar. `path` holds `{organisation}` where it belongs to one. The group `staff` is on the admin listener alone."""

    label: str
    icon: str
    path: str
    permission: str = ""
    group: Literal["main", "organisation", "account", "staff"] = "main"
    order: int = 50


@dataclass(frozen=True, slots=True)
class Banner:
    """A state that lasts and needs the reader, shown on every page, with the page where it is settled."""

    kind: Literal["info", "warn"]
    title: str
    text: str
    href: str
    label: str


@dataclass(frozen=True, slots=True)
class SignInPages:
    """The pages that requests are sent to when something is missing. Exactly one module gives them.

    `sign_in` and `reauthenticate` take `?next=`; `second_factor` is where people set up what protects their account.
    """

    sign_in: str
    reauthenticate: str
    second_factor: str


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
    """How a token becomes an account. Exactly one module gives it.

    `find` raises nothing: None is a token that is unknown, ended, forged or expired. `keys` are the generations that what
    it finds depends on, besides that of the account. `why` is the reason a session ended, for a client with an open
    socket. `hold` keeps an account as it is until the transaction ends.
    """

    find: Callable[[Runtime, Reader, str], Awaitable[SessionRecord | None]]
    seen: Callable[[Transaction, Sequence[tuple[str, float]]], Awaitable[None]]
    why: Callable[[Reader, str], Awaitable[str]]
    hold: Callable[[Transaction, str], Awaitable[None]]
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What a module keeps of a person, and how it lets go of it.

    `export` gives plain values that become one JSON file of the archive. `erase` deletes it or makes it nobody's, in the
    caller's transaction; it may be called again. `refuse` raises Conflict where the person must settle something first.
    """

    export: Callable[[Reader, str], Awaitable[Any]]
    erase: Callable[[Transaction, str], Awaitable[None]]
    refuse: Callable[[Reader, str], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class MembershipSource:
    """Which organisations an account belongs to, and what it may do there. At most one module gives it."""

    finder: Callable[[Mapping[str, frozenset[str]]], Callable[[Reader, str], Awaitable[Sequence[MembershipRecord]]]]
    """Given what each role may do, how the memberships of an account are found."""
    hold: Callable[[Transaction, str], Awaitable[None]]
    """Keeps the memberships of an organisation as they are until the transaction ends."""


@dataclass(frozen=True, slots=True)
class LiveMessages:
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
    """One module. Only `name`, `about` and `folder` are needed.

    `check` raises SettingsError where the module cannot do its part with these settings; it is asked at every start.
    """

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
    event_groups: tuple[EventGroup, ...] = ()
    cards: tuple[Card, ...] = ()
    first_actions: tuple[FirstAction, ...] = ()
    navigation: tuple[NavigationItem, ...] = ()
    hot: tuple[HotRead, ...] = ()
    names: tuple[Names, ...] = ()
    live: tuple[LiveMessages, ...] = ()
    commands: tuple[Command, ...] = ()
    identity: Identity | None = None
    personal: PersonalData | None = None
    check: Callable[[Settings], None] | None = None
    memberships: MembershipSource | None = None
    parts: tuple[Part, ...] = ()
    banners: tuple[Callable[[Actor], Banner | None], ...] = ()
    sign_in: SignInPages | None = None

    @property
    def templates(self) -> Path:
        return self.folder / "templates"

    @property
    def migrations(self) -> Path:
        return self.folder / "migrations"
