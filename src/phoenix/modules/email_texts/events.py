"""Events of the texts of emails. What was written is in none of them."""

from __future__ import annotations

from typing import Literal

from phoenix.kernel.cache.keys import Key, KeyKind
from phoenix.kernel.data.events import Event

GENERATION = KeyKind("email_texts")()


class EmailTextsChanged(Event, frozen=True, kw_only=True, kind="email_texts.changed"):
    """A new version of the texts of a template in a language, which is the subject. `restored` is the version that it repeats, 0 for the
    delivered texts."""

    template: str
    locale: str
    number: int
    restored: int | None

    def invalidates(self) -> tuple[Key, ...]:
        return (GENERATION,)


class EmailTestSent(Event, frozen=True, kw_only=True, kind="email_texts.test_sent"):
    """Whoever did it sent an email with sample data to their own address, which is the account of the subject."""

    email: str
    locale: str
    outcome: Literal["sent", "stopped", "refused", "unavailable"]
