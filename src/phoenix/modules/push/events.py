"""Events of push. The subject is the account."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class PushTurnedOn(Event, frozen=True, kw_only=True, kind="push.turned_on"):
    """The subject is notified by push in the browser of a session."""

    session: str


class PushTurnedOff(Event, frozen=True, kw_only=True, kind="push.turned_off"):
    """The subject turned push off in a browser."""
