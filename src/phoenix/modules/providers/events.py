"""What happens to the identities that are connected to an account. The subject is the account."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class IdentityConnected(Event, frozen=True, kw_only=True, kind="providers.identity_connected"):
    """From now on an account at an identity provider signs in to this one."""

    provider: str


class IdentityDisconnected(Event, frozen=True, kw_only=True, kind="providers.identity_disconnected"):
    provider: str
