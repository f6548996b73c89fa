"""Whether a password is known from leaks, looked up by range: only five characters of its SHA-1 leave this machine.

Optional, and fails open: if the service does not answer within a second, the password counts as not leaked.
"""

from __future__ import annotations

import hashlib
import unicodedata

import httpx
import structlog

log = structlog.get_logger(__name__)

PREFIX = 5
SECONDS = 1.0


class Breaches:
    """Client for a service with the interface of Have I Been Pwned's range look-up. Without an address, nothing is looked up."""

    def __init__(self, address: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._address = address
        self._transport = transport

    async def knows(self, password: str) -> bool:
        """Whether the password was seen in a leak."""
        if not self._address:
            return False
        digest = hashlib.sha1(unicodedata.normalize("NFC", password).encode(), usedforsecurity=False).hexdigest().upper()
        try:
            async with httpx.AsyncClient(timeout=SECONDS, transport=self._transport) as client:
                # Padding hides the number of matches from anyone who watches the connection.
                answer = await client.get(self._address.rstrip("/") + "/" + digest[:PREFIX], headers={"Add-Padding": "true"})
                answer.raise_for_status()
        except httpx.HTTPError as error:
            log.warning("breach_look_up_failed", reason=type(error).__name__)
            return False
        lines = (line.partition(":") for line in answer.text.splitlines())
        return any(suffix.strip() == digest[PREFIX:] and count.strip() not in {"", "0"} for suffix, _, count in lines)
