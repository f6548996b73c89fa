"""Events of phone numbers. The subject is the account; the number is in none of them."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class NumberAdded(Event, frozen=True, kw_only=True, kind="sms.number_added"):
    """The subject confirmed a number for text messages. It replaces the one they had."""


class NumberRemoved(Event, frozen=True, kw_only=True, kind="sms.number_removed"):
    """The subject removed their number."""


class TextsStopped(Event, frozen=True, kw_only=True, kind="sms.stopped"):
    """Someone replied STOP from the subject's number."""


class TextsResumed(Event, frozen=True, kw_only=True, kind="sms.resumed"):
    """Someone replied START from the subject's number."""
