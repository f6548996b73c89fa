"""Events of addresses that accept no emails. The subject is the account; the address is in none of them."""

from __future__ import annotations

from typing import Literal

from phoenix.kernel.data.events import Event


class EmailsStopped(Event, frozen=True, kw_only=True, kind="deliverability.stopped"):
    """The address of the account accepts no more emails, or its owner does not want them."""

    reason: Literal["bounced", "complained", "unsubscribed"]


class EmailsResumed(Event, frozen=True, kw_only=True, kind="deliverability.resumed"):
    """Emails are sent to the address again."""
