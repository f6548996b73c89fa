"""What modules declare about pages: cards, navigation, banners, slots, hot reads, and where pages load from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from phoenix.kernel.actor import Actor


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
    """Where people can go. `path` holds `{organisation}` where it belongs to one.

    `main` and `organisation` stand in the sidebar, `account` in the reader's own menu, `organisations` in the menu that changes the
    organisation, `foot` below the pages for people who are not signed in, `staff` only in the sidebar of the admin listener. The first of `main` that a member may see opens an organisation.
    """

    label: str
    icon: str
    path: str
    permission: str = ""
    group: Literal["main", "organisation", "organisations", "account", "foot", "staff"] = "main"
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
    """The pages that requests are sent to when something is missing, and the way out. Exactly one module gives them.

    `sign_in` and `reauthenticate` take `?next=`; `second_factor` is where people set up what protects their account. A form
    posts to `sign_out` from every page.
    """

    sign_in: str
    reauthenticate: str
    second_factor: str
    sign_out: str


@dataclass(frozen=True, slots=True)
class ImpersonationPages:
    """Where the notice on every page of an impersonated account posts to, to end it. At most one module gives them."""

    end: str


@dataclass(frozen=True, slots=True)
class Slot:
    """Something on a page of another module. `page` is the name of the place there, such as "security".

    The page includes `template`, which finds what `load` gave as `slot`; `load` gets the Call of the page. Its `queries`
    add to the budget of the page.
    """

    page: str
    template: str
    load: Callable[[Any], Awaitable[Mapping[str, Any]]]
    queries: int = 0
    order: int = 50


@dataclass(frozen=True, slots=True)
class HotRead:
    """A GET route whose bytes are answered before the framework is entered, when they are cached.

    `key` gives the cache key for a reader and a query string, or None where the framework must answer.
    """

    path: str
    key: Callable[[Actor, bytes], str | None]


@dataclass(frozen=True, slots=True)
class Sources:
    """Origins that pages may load from besides our own (Content-Security-Policy Level 3), such as https://js.stripe.com."""

    scripts: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
