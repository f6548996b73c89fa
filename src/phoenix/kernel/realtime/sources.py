"""What sockets receive besides events: each process reads on from where it was, whenever something happened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from phoenix.kernel.background import Alive
from phoenix.kernel.data.followers import POLL_SECONDS, wait_for
from phoenix.kernel.module import LiveSource
from phoenix.kernel.realtime.gathering import RoomMessage
from phoenix.kernel.runtime import Runtime


class SourceTail:
    """One source in one process, from now on. Its position outlives a failure of whoever sends."""

    def __init__(self, runtime: Runtime, source: LiveSource) -> None:
        self._runtime = runtime
        self._source = source
        self.name = source.name
        self.position: int | None = None
        """What it has sent up to, None until it has begun."""

    async def follow(self, arrived: asyncio.Event, send: Callable[[Sequence[RoomMessage]], Awaitable[None]], alive: Alive) -> None:
        """Send one batch after another. It moves on after `send`, so a batch that failed is sent again."""
        while True:
            arrived.clear()
            async with self._runtime.database.reader() as db:
                before = self.position if self.position is not None else await self._source.begin(db)
                messages, after = await self._source.read(self._runtime, db, before)
            if messages:
                await send(messages)
            self.position = after
            alive()
            if after == before:
                await wait_for(arrived, POLL_SECONDS)
