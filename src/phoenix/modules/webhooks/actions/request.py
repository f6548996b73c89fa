"""Sends webhooks: one signed POST at a time to another server, and not more than one worker of a process for an organisation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import httpx

from phoenix import __version__
from phoenix.kernel.language import gettext
from phoenix.kernel.security.networks import Network
from phoenix.kernel.security.outgoing import FAILED, REFUSED, Answer, Outgoing
from phoenix.kernel.security.public_addresses import Resolve, resolve

_FAILED, _REFUSED = re.compile(r"The connection failed \((\w+)\)\."), re.compile(r"It answered (\d+)\.")


class Sender(Outgoing):
    """Sends webhooks."""

    def __init__(
        self, allowed: Sequence[Network] = (), *, find: Resolve = resolve, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        super().__init__(f"Phoenix-Webhooks/{__version__}", allowed, find=find, transport=transport)
        self._busy: dict[str, int] = {}

    def begin(self, organisation: str, most: int) -> int:
        """Take what is free of so many places in which this process sends for an organisation. Each is given back, with `end`."""
        busy = self._busy.get(organisation, 0)
        self._busy[organisation] = max(busy, most)
        return max(0, most - busy)

    def end(self, organisation: str) -> None:
        """Give back one place."""
        self._busy[organisation] -= 1
        if not self._busy[organisation]:
            del self._busy[organisation]

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Never raises: whatever happens is an answer."""
        return await super().post(url, body, {"Content-Type": "application/json", **headers})


def in_words(problem: str) -> str:
    """What the log says of a delivery that failed, in the reader's language."""
    if failed := _FAILED.fullmatch(problem):
        return FAILED.format(error=failed[1])
    if refused := _REFUSED.fullmatch(problem):
        return REFUSED.format(status=refused[1])
    return gettext(problem)
