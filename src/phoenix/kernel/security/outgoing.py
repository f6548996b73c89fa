"""POST requests to addresses that people gave: bounded in time and size, to public addresses, following no redirect."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
from msgspec import Struct

from phoenix.kernel.language import _
from phoenix.kernel.security.networks import Network
from phoenix.kernel.security.public_addresses import NotPublicError, Resolve, is_address, is_public, public_address, resolve

SECONDS = 15.0
MOST_ANSWER_BYTES = 16 * 1024
OK, MULTIPLE_CHOICES = 200, 300
# What the log says, in English there: whoever reads it does so in a language of their own.
NO_ANSWER = _("It didn't answer in time.")
FAILED = _("The connection failed ({error}).")
REFUSED = _("It answered {status}.")


class Answer(Struct, frozen=True):
    """What became of a request: the status, or why there is none, for people. `retry_after` is what the receiver asked for."""

    status: int | None
    problem: str | None = None
    retry_after: timedelta | None = None

    @property
    def arrived(self) -> bool:
        return self.status is not None and OK <= self.status < MULTIPLE_CHOICES


class Outgoing:
    """Sends requests where people asked for them. `allowed` are networks that are not public but may be sent to; `find` and `transport`
    replace the network in tests.
    """

    def __init__(
        self,
        agent: str,
        allowed: Sequence[Network] = (),
        *,
        find: Resolve = resolve,
        transport: httpx.AsyncBaseTransport | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._agent = agent
        self._allowed = allowed
        self._find = find
        self._seconds = seconds
        self._client = httpx.AsyncClient(
            timeout=seconds,
            follow_redirects=False,
            trust_env=False,
            transport=transport,
            verify=ssl.create_default_context(),
            # A connection is used once: the next request may lead to another address.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def refuses(self, host: str) -> bool:
        """Whether this is an address, not a name, to which nothing is ever sent."""
        return is_address(host) and not is_public(host, self._allowed)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Never raises: whatever happens is an answer."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._post(url, body, headers)
        except NotPublicError as error:
            return Answer(None, error.reason)
        except TimeoutError:
            return Answer(None, NO_ANSWER)
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, ValueError) as error:
            return Answer(None, FAILED.format(error=type(error).__name__))

    async def close(self) -> None:
        await self._client.aclose()

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        address = await public_address(host, port, allowed=self._allowed, find=self._find)
        # To the address that was checked, under the name that was asked for: in the Host header and in TLS.
        there = f"[{address}]" if ":" in address else address
        request = self._client.build_request(
            "POST",
            parts._replace(netloc=f"{there}:{port}").geturl(),
            content=body,
            headers={"Host": parts.netloc, "User-Agent": self._agent, **headers},
            extensions={"sni_hostname": host},
        )
        answer = await self._client.send(request, stream=True)
        try:
            await _read_some(answer)
        finally:
            await answer.aclose()
        arrived = OK <= answer.status_code < MULTIPLE_CHOICES
        return Answer(answer.status_code, None if arrived else REFUSED.format(status=answer.status_code), _retry_after(answer))


async def _read_some(answer: httpx.Response) -> None:
    """What is answered is of no use, but a server may wait until it is read."""
    read = 0
    async for part in answer.aiter_raw():
        read += len(part)
        if read > MOST_ANSWER_BYTES:
            return


def _retry_after(answer: httpx.Response) -> timedelta | None:
    """The seconds in Retry-After (RFC 9110, 10.2.3); a date is taken for none."""
    text = answer.headers.get("retry-after", "")
    return timedelta(seconds=int(text)) if text.isascii() and text.isdecimal() and len(text) < 8 else None
