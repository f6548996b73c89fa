"""Recent security activity of an account, in the words of the modules that recorded it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from phoenix.kernel.data.database import Reader
from phoenix.kernel.module import Activity, EventKind
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.queries import SecurityEvent

__all__ = ["SecurityEvent"]


class ActivityLine(Struct, frozen=True):
    """One line of the list: a sentence, a detail, and when."""

    words: str
    more: str
    at: datetime
    tone: Literal["", "good", "bad"]


async def recent_events(db: Reader, account: str) -> list[SecurityEvent]:
    """The latest events about an account, newest first."""
    return await db.all(queries.SECURITY_EVENTS, account)


def in_words(kinds: Mapping[str, EventKind], event: SecurityEvent) -> ActivityLine:
    """An event as shown to the account's owner. A kind written by a newer version is shown by its name."""
    kind = kinds.get(event.kind)
    activity = kind.activity if kind is not None else None
    if activity is None:
        activity = Activity(event.kind.partition(".")[2].replace("_", " "))
    return ActivityLine(activity.words, activity.detail(event.data) if activity.detail else "", event.at, activity.tone)
