"""What happens to sessions and the keys that sign their tokens. Unless it says otherwise, the subject is the account."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class SessionStarted(Event, frozen=True, kw_only=True, kind="sessions.started"):
    """Someone signed in."""

    session: str
    method: str


class SessionEnded(Event, frozen=True, kw_only=True, kind="sessions.ended"):
    """A session was ended before its time."""

    session: str
    reason: str


class ImpersonationEnded(Event, frozen=True, kw_only=True, kind="sessions.impersonation_ended"):
    """A session in which staff impersonated the person was ended before its time."""

    session: str
    staff: str
    reason: str


class SessionReauthenticated(Event, frozen=True, kw_only=True, kind="sessions.reauthenticated"):
    """The person of a session confirmed that it is still them."""

    session: str
    method: str


class NewDeviceSeen(Event, frozen=True, kw_only=True, kind="sessions.new_device_seen"):
    """Someone signed in on a device that the account had not used before."""

    session: str


class SigningKeysRotated(Event, frozen=True, kw_only=True, kind="sessions.signing_keys_rotated"):
    """Another key signs access tokens. The subject is its id."""


class SigningKeyRevoked(Event, frozen=True, kw_only=True, kind="sessions.signing_key_revoked"):
    """What a key signed is no longer accepted. The subject is its id."""
