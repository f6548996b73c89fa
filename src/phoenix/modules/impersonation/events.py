"""Events of impersonation. An early end is an event of the session."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class ImpersonationStarted(Event, frozen=True, kw_only=True, kind="impersonation.started"):
    """Staff started to impersonate a person, for a number of minutes. The subject is the person's account, the actor is staff."""

    session: str
    reason: str
    minutes: int
    writes: bool
