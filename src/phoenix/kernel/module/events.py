"""What modules declare about events: their wording, their followers, and what sockets receive."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from phoenix.kernel.actor import Actor
    from phoenix.kernel.data.database import Reader, Transaction
    from phoenix.kernel.data.events import Event, Recorded
    from phoenix.kernel.runtime import Runtime

    # Where a field is called `type`.
    EventType: TypeAlias = type[Event]


Act = Literal["authority", "credential", "money"]
# What `holds` says of a field with the name of a role, which is shown as a word of the reader's language.
ROLE = "the name of a role, which modules declare"


@dataclass(frozen=True, slots=True)
class Activity:
    """How an event about an account is shown to its owner, whom its subject names. `detail` adds more, from the event's data.

    The owner is also notified of it in the inbox, with the same words, unless `notifies` is False: that is for what nobody needs to
    look into, such as signing in on a known device.
    """

    words: str
    tone: Literal["", "good", "bad"] = ""
    detail: Callable[[Mapping[str, Any]], str] | None = None
    notifies: bool = True


@dataclass(frozen=True, slots=True)
class EventGroup:
    """Kinds of events that share a filter. `label` is a gettext message, such as "Entries"."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind of event, and how it is shown. Without `feed` it is recorded but not shown in the feed.

    `summary` is a gettext message with `{actor}` and the fields of the event in braces. `link` is a path with
    `{organisation}` (its slug), `{subject}` and the event's fields in braces. `ids` are the fields that hold ids, shown as
    names: text that people wrote is never mistaken for one. Such text is in no event; `texts` reads it where it lives, for those who may
    see the event: a scalar subquery for each name that `summary` and the template use, with the subject written `{subject}`. It is
    null once what it was read from is gone; if all are, the item has no link. Whatever changes such a text must record an event of
    the organisation, so that the cached feed is read again. `holds` gives the reason for each field that is neither an id nor a
    number, an instant or one of a few known words. Readers without `permission` do not see the event. What is done
    `by_staff` names nobody in the feed: members see what was done, not which member of the staff did it.

    An `act` says that it gives or takes authority, credentials or money. A route for people who are signed in, or for keys, may record it
    only if it declares `act` or `sensitive`: it decides again in its transaction, and is closed to impersonators. Two may record it
    without that, as nobody's session could have ended. A PUBLIC route acts on something that it checks itself, in the same
    transaction and against the generation it was made with, such as a code from an email. A job, schedule or follower acts for nobody
    who waits: it asks again whether what it does is still due when it runs. Nothing but their tests looks at these.

    `written` are fields with words that people wrote: the audit log is chained over a salted hash of them, and erasing the actor or the
    subject removes the words and the salt. Where they are `common`, such as a former name of the organisation, members see them, and only the
    deletion of the organisation removes them. `leaving` are fields that only code of the last release reads: they are emptied a day
    after the event, and never get into the audit log.
    """

    type: type[Event]
    summary: str = ""
    feed: str = ""
    group: str = ""
    link: str = ""
    permission: str = ""
    ids: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    holds: Mapping[str, str] = field(default_factory=dict)
    written: tuple[str, ...] = ()
    leaving: tuple[str, ...] = ()
    activity: Activity | None = None
    act: Act | None = field(kw_only=True)
    by_staff: bool = False
    common: bool = False


@dataclass(frozen=True, slots=True)
class Follower:
    """Work that follows events in order, resuming where it stopped.

    Its writes are in the transaction that moves its position, so they happen once for each event.
    """

    name: str
    follow: Callable[[Runtime, Transaction, Sequence[Recorded]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class NotificationKind:
    """What people are notified of, by a `name` such as comments.mentioned: everyone whom an event of its type is `to`, except who did it.

    An event can be of several kinds. Whoever is to be notified of it for more than one reason is notified once, of the kind declared first.

    `to` is the field with the id of an account, such as "subject" or one of the event, or a function that returns for a batch of events
    who is to be notified of which, in a number of queries that does not depend on the batch. `words` is a gettext message with
    `{actor}`, `{subject}`, `{organisation}` (its name), the fields and the texts of the event in braces; `why` is one that completes “You
    were notified because …”. `label` names the kind where people choose what they are notified of. `link` is a path as that of an
    EventKind; without one, nothing is opened. `email` says whether it is also sent by email until someone chooses otherwise. What is
    `urgent` is sent in quiet hours too, and never waits for a digest. `thing` is the field with the id of what people can mute, such as
    "entry": they are then notified of nothing about it, except what is urgent. `many` is a message with `{count}` besides the texts of
    the event and `{organisation}`, for two or more about the same `thing`, which are shown as one. What is about the
    `security` of an account comes whoever did it, and cannot be switched off; its emails are security notices, and none of the inbox.
    Once one of the events in `withdrawn_by` has happened to the same subject, such as that a comment was deleted, what was said of it is
    archived, and sent no more.
    """

    name: str
    type: type[Event]
    label: str
    words: str
    why: str
    to: str | Callable[[Reader, Sequence[Recorded]], Awaitable[Sequence[tuple[str, Recorded]]]] = "subject"
    link: str = ""
    email: bool = False
    urgent: bool = False
    thing: str = ""
    many: str = ""
    security: bool = False
    withdrawn_by: tuple[EventType, ...] = ()


@dataclass(frozen=True, slots=True)
class Newest:
    """A payload of which only the newest counts, such as who is here: in a large room it is sent once a second, and not counted as news."""

    payload: Any


@dataclass(frozen=True, slots=True)
class Numbered:
    """A payload with a number that only grows within its room and event, from 1: a socket receives no number twice, and none after a higher one.

    Without a payload nothing is sent, but what is replayed ends here: nothing up to this number is sent to the socket any more. What is about
    something that its receiver can lose is sent only to those who are in the room `within` as well, at the moment at which it is sent.
    """

    number: int
    payload: Any = None
    within: str = ""


@dataclass(frozen=True, slots=True)
class LiveSource:
    """What sockets receive besides events, read by each process of them whenever something happened.

    `begin` returns the position from which on a process reads, `read` what is behind a position, as (room, event, payload), and the
    next position: the same one if there is nothing more. A payload can be Numbered.
    """

    name: str
    begin: Callable[[Reader], Awaitable[int]]
    read: Callable[[Runtime, Reader, int], Awaitable[tuple[list[tuple[str, str, Any]], int]]]


@dataclass(frozen=True, slots=True)
class LiveMessages:
    """What sockets receive for a batch of events, as (room, event, payload). Rooms are `account:ID` and `organisation:ID`."""

    tell: Callable[[Runtime, Sequence[Recorded]], Awaitable[list[tuple[str, str, Any]]]]


@dataclass(frozen=True, slots=True)
class SocketRule:
    """What a module does about sockets: name the rooms they belong in, replay missed messages, or refuse them.

    `join` returns rooms besides those of the account and its organisations. `refuse` returns a code for machines, or "". Both are
    asked when a socket opens, and again, before anything more is sent to it, whenever something about the account has changed: a room that
    is no longer returned is left. What ends someone's right to a room therefore invalidates their `ACCOUNT`, in the same
    transaction, as the end of a membership does. `replay` gets what the client said in `auth`, unchecked, such as the
    number it saw last, and returns (room, event, payload) as live messages are, to send only to this socket, when it opens.
    `present` gets the name of the process and the accounts that have a socket in it, a second after that changed and every few
    seconds, and returns (room, event, payload) to send.
    """

    join: Callable[[Runtime, Actor], Awaitable[Sequence[str]]] | None = None
    replay: Callable[[Runtime, Actor, Mapping[str, Any]], Awaitable[Sequence[tuple[str, str, Any]]]] | None = None
    refuse: Callable[[Runtime, Actor], Awaitable[str]] | None = None
    present: Callable[[Runtime, str, frozenset[str]], Awaitable[Sequence[tuple[str, str, Any]]]] | None = None
