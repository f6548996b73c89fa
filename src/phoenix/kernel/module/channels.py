"""What modules declare about reaching people: by which channel besides the inbox and email."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from phoenix.kernel.data.database import Reader
    from phoenix.kernel.runtime import Runtime


class ChannelMessage(Struct, frozen=True):
    """What someone is notified of, in their language. `link` is a path of ours; of two with the same `tag`, the newer replaces the other."""

    title: str
    text: str
    link: str
    tag: str
    locale: str
    urgent: bool


class Reach(Struct, frozen=True):
    """One place where an account is reached by a channel, such as a browser, by its id."""

    account: str
    target: str


class ChannelOutcome(Struct, frozen=True):
    """What became of one attempt. What is `later` is tried again, not before `wait` is over; `reason` is a word for the log."""

    state: Literal["sent", "later", "refused"]
    reason: str = ""
    wait: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class NotificationChannel:
    """A way in which people are notified outside Phoenix, besides email, such as push.

    `label` heads its column where people choose what they are notified of, and `said` is a gettext message with `%(what)s` for one box
    of it. `reach` returns where these accounts are reached at an instant, in one query: an account with no place there is sent nothing by
    this channel. `send` sends to one place, by its id, and decides again whether that is still one of the account. Quiet hours, what people
    chose, and what they have read by then are seen to before.
    """

    name: str
    label: str
    said: str
    reach: Callable[[Reader, Sequence[str], datetime], Awaitable[Sequence[Reach]]]
    send: Callable[[Runtime, str, str, ChannelMessage], Awaitable[ChannelOutcome]]
