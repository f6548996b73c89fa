"""Requests to other servers for small JSON documents: limited in time and size, following no redirect, validating every answer."""

from __future__ import annotations

import asyncio
import functools
import ssl
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec

from phoenix.kernel.clock import Clock

SECONDS = 5.0
MOST_BYTES = 512 * 1024
KEEP = timedelta(hours=1)


@functools.cache
def _trusted() -> ssl.SSLContext:
    """The trusted certificate authorities. Reading them takes longer than everything else at the start."""
    return httpx.create_ssl_context()


class HttpClientError(Exception):
    """Another server did not answer, or not usably. The message is for the log, never for people."""


class HttpClient:
    """The only HTTP client. `transport` replaces the network in tests."""

    def __init__(self, clock: Clock, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._clock = clock
        self._client = httpx.AsyncClient(timeout=SECONDS, follow_redirects=False, transport=transport, verify=_trusted())
        self._kept: dict[str, tuple[datetime, Any]] = {}

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Any:
        """The answer of a server. Raises HttpClientError, also for any status but 200."""
        status, body = await self._ask("GET", url, headers=headers)
        if status != 200:
            raise HttpClientError(f"status {status}")
        return body

    async def post(
        self, url: str, form: Mapping[str, str], *, headers: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None
    ) -> tuple[int, Any]:
        """Send a form. Returns the status and the answer. Raises HttpClientError if the answer is not usable."""
        return await self._ask("POST", url, headers=headers, form=form, auth=auth)

    async def post_json(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> int:
        """Send a JSON document. Returns the status, whatever the answer says. Raises HttpClientError if there is none."""
        status, _answer = await self._send("POST", url, headers={**headers, "Content-Type": "application/json"}, content=body)
        return status

    async def document(self, url: str, *, fresh: bool = False) -> Any:
        """Like `get`, cached for an hour in this process unless `fresh` is set."""
        kept = self._kept.get(url)
        now = self._clock.now()
        if kept is not None and now < kept[0] and not fresh:
            return kept[1]
        found = await self.get(url)
        self._kept[url] = (now + KEEP, found)
        return found

    async def close(self) -> None:
        await self._client.aclose()

    async def _ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None,
        form: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> tuple[int, Any]:
        status, answer = await self._send(method, url, headers=headers, form=form, auth=auth)
        try:
            return status, msgspec.json.decode(answer)
        except msgspec.DecodeError as error:
            raise HttpClientError(type(error).__name__) from error

    async def _send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        auth: tuple[str, str] | None = None,
    ) -> tuple[int, bytes]:
        try:
            request = self._client.build_request(
                method, url, headers={"Accept": "application/json", **(headers or {})}, data=form, content=content
            )
            # The client's time-outs apply between two bytes; this also cuts off a server that sends very slowly.
            async with asyncio.timeout(SECONDS):
                answer = await self._client.send(request, auth=httpx.BasicAuth(*auth) if auth else None, stream=True)
                try:
                    return answer.status_code, await _bounded(answer)
                finally:
                    await answer.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise HttpClientError(type(error).__name__) from error


async def _bounded(answer: httpx.Response) -> bytes:
    body = b""
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > MOST_BYTES:
            raise HttpClientError("too large")
    return body
