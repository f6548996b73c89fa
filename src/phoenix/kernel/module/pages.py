"""What modules declare about pages: cards, navigation, banners, slots, steps of the checklist, hot reads, and external origins."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from phoenix.kernel.actor import Actor
    from phoenix.kernel.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Card:
    """A dashboard card. All cards of a dashboard share one statement: `sql` is a scalar subquery that returns JSON.

    It can use $1 (organisation), $2 (account) and $3 (the reader's IANA time zone).
    """

    name: str
    title: str
    sql: str
    template: str
    permission: str
    side: bool = False
    figures: str = ""
    """A template for the top of the dashboard, which gets the same data."""


@dataclass(frozen=True, slots=True)
class FirstAction:
    """The most common task in an organisation: a button at the top of pages, and on empty ones.

    `label` and `empty_label` are gettext messages; `path` contains `{organisation}`. The first one allowed is shown.
    """

    label: str
    empty_label: str
    icon: str
    path: str
    permission: str


@dataclass(frozen=True, slots=True)
class Badge:
    """A number beside a navigation item of the group `tools`, such as how many notifications are unread. Zero is not shown.

    `count` reads it from the cache: it is asked for on every page, outside the page's query budget. More than 99 is shown as “99+”.
    `event` is the event of the sockets whose `count` replaces it; `words` is a gettext message with `{count}` for screen readers.
    """

    event: str
    words: str
    count: Callable[[Runtime, Actor], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A navigation item. `path` contains `{organisation}` if it belongs to one.

    `main` and `organisation` are in the sidebar, `account` in the reader's own menu, `organisations` in the menu for switching
    organisations, `tools` at the top of every page, `foot` below pages for people who are not signed in, and `staff` only in the
    sidebar of the admin listener. An organisation opens at the first item of `main` that the member can see.
    """

    label: str
    icon: str
    path: str
    permission: str = ""
    group: Literal["main", "organisation", "organisations", "account", "tools", "foot", "staff"] = "main"
    order: int = 50
    badge: Badge | None = None


@dataclass(frozen=True, slots=True)
class Banner:
    """A lasting state that needs the reader's attention, shown on every page with a link to the page that resolves it."""

    kind: Literal["info", "warn"]
    title: str
    text: str
    href: str
    label: str


@dataclass(frozen=True, slots=True)
class SignInPages:
    """The pages that requests are redirected to when something is missing, and signing out. Exactly one module provides them.

    `sign_in` and `reauthenticate` take `?next=`; `second_factor` is where people set up a second factor. Every page has a form
    that posts to `sign_out`.
    """

    sign_in: str
    reauthenticate: str
    second_factor: str
    sign_out: str


@dataclass(frozen=True, slots=True)
class ImpersonationPages:
    """Where the notice on every page posts to, to stop impersonating. At most one module provides it."""

    end: str


@dataclass(frozen=True, slots=True)
class Slot:
    """Content on a page of another module. `page` is the name of the slot there, such as "security".

    The page includes `template`, which gets the result of `load` as `slot`; `load` gets the Call of the page. Its `queries`
    are added to the page's budget.
    """

    page: str
    template: str
    load: Callable[[Any], Awaitable[Mapping[str, Any]]]
    queries: int = 0
    order: int = 50


@dataclass(frozen=True, slots=True)
class WelcomeStep:
    """A step of the checklist for people who are new. All steps share one statement: `done` is a scalar boolean expression in SQL.

    It can use $1 (the organisation, or "" where the reader is in none) and $2 (the account). `title`, `text` and `label` (of the
    button) are gettext messages. A step whose `path` contains `{organisation}` is shown to members with its `permission`.
    """

    name: str
    title: str
    text: str
    label: str
    icon: str
    path: str
    done: str
    permission: str = ""
    order: int = 50


@dataclass(frozen=True, slots=True)
class HotRead:
    """A GET route whose cached bytes are returned without entering the framework.

    `key` returns the cache key for a reader and a query string, or None if the framework must answer.
    """

    path: str
    key: Callable[[Actor, bytes], str | None]


@dataclass(frozen=True, slots=True)
class Sources:
    """Origins that pages can load from besides our own (Content-Security-Policy Level 3), such as https://js.stripe.com."""

    scripts: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
