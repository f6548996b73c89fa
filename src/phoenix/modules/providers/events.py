"""Events of the identities connected to an account. The subject is the account."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class IdentityConnected(Event, frozen=True, kw_only=True, kind="providers.identity_connected"):
    """An account at an identity provider was connected, and can sign in to this one."""

    provider: str


class IdentityDisconnected(Event, frozen=True, kw_only=True, kind="providers.identity_disconnected"):
    provider: str
