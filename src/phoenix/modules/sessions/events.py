"""Events of sessions and the keys that sign their tokens. The subject is the account, unless stated otherwise."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class SessionStarted(Event, frozen=True, kw_only=True, kind="sessions.started"):
    """Someone signed in."""

    session: str
    method: str


class SessionEnded(Event, frozen=True, kw_only=True, kind="sessions.ended"):
    """A session was ended before it expired."""

    session: str
    reason: str


class ImpersonationEnded(Event, frozen=True, kw_only=True, kind="sessions.impersonation_ended"):
    """A session in which staff impersonated the person was ended before it expired."""

    session: str
    staff: str
    reason: str


class SessionReauthenticated(Event, frozen=True, kw_only=True, kind="sessions.reauthenticated"):
    """The person re-authenticated in a session."""

    session: str
    method: str


class NewDeviceSeen(Event, frozen=True, kw_only=True, kind="sessions.new_device_seen"):
    """Someone signed in on a device that the account had not used before."""

    session: str


class SigningKeysRotated(Event, frozen=True, kw_only=True, kind="sessions.signing_keys_rotated"):
    """The key that signs access tokens changed. The subject is the new key's id."""


class SigningKeyRevoked(Event, frozen=True, kw_only=True, kind="sessions.signing_key_revoked"):
    """A signing key was revoked: tokens it signed are no longer accepted. The subject is its id."""
