"""Events of presence: who changed whether it is shown."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class VisibilityChanged(Event, frozen=True, kw_only=True, kind="presence.visibility_changed"):
    """The subject chose whether others see that they are here."""


class PresenceSwitched(Event, frozen=True, kw_only=True, kind="presence.switched"):
    """The organisation, which is the subject, shows or no longer shows who is here."""
