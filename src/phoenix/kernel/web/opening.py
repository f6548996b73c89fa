"""What the transaction of a request begins with: the session and permission as they are now, and the answer it was given before.

A route that costs much does its work first, and its transaction begins with its first statement: no connection and no lock is held
while a password is hashed. What it read before then may have changed, so it compares a generation, or changes only what it found.
"""

from __future__ import annotations

from typing import Any

from litestar.response import Response

from phoenix.kernel.web.authorisation import decide_again
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.idempotency import Once


class Replayed(Exception):
    """The request has been answered before."""

    def __init__(self, response: Response[Any]) -> None:
        super().__init__()
        self.response = response


class Opening:
    """Decides in the transaction of a call. `queries` counts its own, which are not part of the budget."""

    def __init__(self, call: Call, once: Once | None = None) -> None:
        self._call = call
        self._once = once
        self.queries = 0

    async def prepare(self) -> None:
        """Decide now; for a route that opens late, when its transaction begins."""
        if self._call.rule.begins_late:
            self._call.tx.opening = self._decide
        else:
            await self._decide()

    async def finish(self) -> None:
        """Decide now if the handler ran no statement."""
        if self._call.tx.opening is not None and (self._once is not None or self._call.rule.decides_again):
            await self._call.tx.connection()

    async def _decide(self) -> None:
        """Raises Replayed, or the error that refuses the request."""
        call, tx = self._call, self._call.tx
        tx.opening, before = None, tx.queries
        if call.rule.decides_again:
            call.admission = await decide_again(call.request, call.rule, tx)
        if self._once is not None:
            replayed = await self._once.replay(tx)
            if replayed is not None:
                raise Replayed(replayed)
        self.queries = tx.queries - before
