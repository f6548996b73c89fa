"""Valkey or Redis. Phoenix works without it, more slowly: every call returns None while it cannot be reached."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import glide
import structlog
from glide import (
    BackoffStrategy,
    ConditionalChange,
    ExpirySet,
    ExpiryType,
    GlideClient,
    GlideClientConfiguration,
    GlideError,
    NodeAddress,
    Script,
    ServerCredentials,
)

T = TypeVar("T")

log = structlog.get_logger(__name__)

REQUEST_MILLISECONDS = 1000
REST_SECONDS = 1.0
# The client's own limit can fail to fire: replies get lost, and then it waits forever (valkey-glide 2.5, issues 6673 and 7122).
GIVE_UP_SECONDS = 3.0


class Valkey:
    """One multiplexed connection. After a failure it isn't tried for a second, so that not every call waits for a time-out."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: GlideClient | None = None
        self._connecting = asyncio.Lock()
        self._rests_until = 0.0

    @property
    def reachable(self) -> bool:
        """Whether calls are currently attempted."""
        return time.monotonic() >= self._rests_until

    async def get(self, key: str) -> bytes | None:
        client = await self._connected()
        return None if client is None else await self._try(client.get(key))

    async def set(self, key: str, value: bytes, *, seconds: float | None = None, only_new: bool = False) -> bool:
        """Store a value; with `only_new`, only if there is none yet. Returns whether it was stored."""
        client = await self._connected()
        if client is None:
            return False
        expiry = None if seconds is None else ExpirySet(ExpiryType.MILLSEC, max(1, int(seconds * 1000)))
        condition = ConditionalChange.ONLY_IF_DOES_NOT_EXIST if only_new else None
        return await self._try(client.set(key, value, conditional_set=condition, expiry=expiry)) is not None

    async def delete(self, *keys: str) -> None:
        client = await self._connected()
        if client is not None and keys:
            await self._try(client.delete(list(keys)))

    async def run(self, script: Script, keys: Sequence[str], args: Sequence[str]) -> Any:
        """The answer of a Lua script, or None."""
        client = await self._connected()
        return None if client is None else await self._try(client.invoke_script(script, list(keys), list(args)))

    async def ping(self) -> bool:
        client = await self._connected()
        return client is not None and await self._try(client.ping()) is not None

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _connected(self) -> GlideClient | None:
        if not self.reachable:
            return None
        if self._client is not None:
            return self._client
        async with self._connecting:
            return await self._connect()

    async def _connect(self) -> GlideClient | None:
        """Connect, unless the previous holder of the lock has just connected or failed."""
        if self._client is None and self.reachable:
            self._client = await self._try(GlideClient.create(_configuration(self._url)))
        return self._client

    async def _try(self, call: Awaitable[T]) -> T | None:
        try:
            async with asyncio.timeout(GIVE_UP_SECONDS):
                return await call
        except (GlideError, OSError) as error:
            if self.reachable:
                log.warning("valkey_unreachable", reason=type(error).__name__)
            self._rests_until = time.monotonic() + REST_SECONDS
            return None


def script(lua: str) -> Script:
    """A Lua script, sent once and called by its digest."""
    return Script(lua)  # type: ignore[no-untyped-call]


def _configuration(url: str) -> GlideClientConfiguration:
    parts = urlsplit(url)
    credentials = (
        ServerCredentials(password=unquote(parts.password), username=unquote(parts.username or "") or None) if parts.password else None
    )
    path = parts.path.strip("/")
    return GlideClientConfiguration(
        [NodeAddress(parts.hostname or "127.0.0.1", parts.port or 6379)],
        use_tls=parts.scheme in {"rediss", "valkeys"},
        credentials=credentials,
        database_id=int(path) if path.isdigit() else 0,
        request_timeout=REQUEST_MILLISECONDS,
        client_name="phoenix",
        reconnect_strategy=BackoffStrategy(num_of_retries=5, factor=100, exponent_base=2),
    )


glide.Logger.set_logger_config(glide.LogLevel.OFF)
