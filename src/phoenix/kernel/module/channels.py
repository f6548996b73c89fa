"""What modules declare about reaching people: by which channel besides the inbox and email."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from phoenix.kernel.data.database import Reader
    from phoenix.kernel.runtime import Runtime
    from phoenix.settings import Settings


class ChannelMessage(Struct, frozen=True):
    """What someone is notified of, in their language. `link` is a path of ours; of two with the same `tag`, the newer replaces the other.

    Its `id` stays the same, however often it is tried.
    """

    id: str
    title: str
    text: str
    link: str
    tag: str
    locale: str
    urgent: bool


class Reach(Struct, frozen=True):
    """One place where an account is reached by a channel, such as a browser, by its id. A `slow` one did not answer the last time: what is
    sent there waits apart, so that it delays nobody else."""

    account: str
    target: str
    slow: bool = False


class ChannelOutcome(Struct, frozen=True):
    """What became of one attempt. What is `later` is tried again, not before `wait` is over, and apart from others if the place is `slow`, as
    `Reach` says; `reason` is a word for the log."""

    state: Literal["sent", "later", "refused"]
    reason: str = ""
    wait: timedelta = timedelta()
    slow: bool = False


class ChannelReport(Struct, frozen=True):
    """What was learned about a message after it was sent, by its id: that it arrived, or that it did not, and why."""

    message: str
    state: Literal["delivered", "undelivered"]
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NotificationChannel:
    """A way in which people are notified outside Phoenix, besides email, such as push.

    `label` heads its column where people choose what they are notified of, and `said` is a gettext message with `%(what)s` for one box
    of it. `reach` returns where these accounts are reached at an instant, in one query: an account with no place there is sent nothing by
    this channel. `send` sends to one place, by its id, and decides again whether that is still one of the account. Quiet hours, what people
    chose, and what they have read by then are seen to before.

    Until someone chooses, the channel follows the inbox, kind by kind; one whose messages cost something is for what is `urgent_only`.
    It is there only where it is `offered`. `reports` says what was learned later about messages to an account, by their ids, in one
    query. `reasons` are gettext messages for the words in its outcomes and reports, besides those that the log of deliveries knows.
    """

    name: str
    label: str
    said: str
    reach: Callable[[Reader, Sequence[str], datetime], Awaitable[Sequence[Reach]]]
    send: Callable[[Runtime, str, str, ChannelMessage], Awaitable[ChannelOutcome]]
    urgent_only: bool = False
    offered: Callable[[Settings], bool] | None = None
    reports: Callable[[Reader, str, Sequence[str]], Awaitable[Sequence[ChannelReport]]] | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)

    def is_offered(self, settings: Settings) -> bool:
        return self.offered is None or self.offered(settings)
