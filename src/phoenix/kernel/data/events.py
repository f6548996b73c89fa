"""Events: facts in the past tense. `outbox` writes them in the transaction that made them true, `followers` reads them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import msgspec
from msgspec import Struct, StructMeta

from phoenix.kernel.cache.keys import EVENTS, Key


class EventMeta(StructMeta):
    """Lets an event class declare its kind in its first line."""

    kind: str

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], *, kind: str = "", **options: Any) -> EventMeta:
        made: EventMeta = super().__new__(cls, name, bases, namespace, **options)
        made.kind = kind
        return made


class Event(Struct, frozen=True, kw_only=True, metaclass=EventMeta):
    """A fact in the past tense. Subclasses declare their kind: `class EntryPosted(Event, kind="entries.posted")`.

    `organisation` and `subject` have columns of their own; every other field goes into `data`. Use ids instead of personal
    data wherever possible.
    """

    kind: ClassVar[str]
    organisation: str | None = None
    subject: str | None = None

    def invalidates(self) -> tuple[Key, ...]:
        """Generation keys of the views that show this organisation's events."""
        return (EVENTS(self.organisation),) if self.organisation else ()

    def data(self) -> dict[str, Any]:
        return {name: value for name, value in msgspec.structs.asdict(self).items() if name not in {"organisation", "subject"}}


class Recorded(Struct, frozen=True):
    """A row of `events`. `transaction` and `number` are a follower's position."""

    transaction: int
    number: int
    id: str
    kind: str
    organisation: str | None
    actor: str | None
    subject: str | None
    data: dict[str, Any]
    occurred_at: datetime
    impersonator: str | None = None
    """The person who really acted, if the actor was impersonated."""
