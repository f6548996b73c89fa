"""Events of API keys and service accounts. The subject is the account."""

from __future__ import annotations

from phoenix.kernel.data.events import Event


class ServiceAccountCreated(Event, frozen=True, kw_only=True, kind="keys.service_account_created"):
    """A service account was created: only API keys act for it."""


class ApiKeyCreated(Event, frozen=True, kw_only=True, kind="keys.api_key_created"):
    """The subject is the account that the key acts for."""

    key: str
    scopes: list[str]


class ApiKeyRevoked(Event, frozen=True, kw_only=True, kind="keys.api_key_revoked"):
    """The subject is the account that the key acted for."""

    key: str
