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
        self._busy: set[str] = set()

    def begin(self, organisation: str) -> bool:
        """Whether nobody else in this process is sending for an organisation. Whoever begins ends it, with `end`."""
        if organisation in self._busy:
            return False
        self._busy.add(organisation)
        return True

    def end(self, organisation: str) -> None:
        self._busy.discard(organisation)

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
