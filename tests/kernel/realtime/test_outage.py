"""While the database is away, sockets stay open, and sending is tried again often; what happens once it is back arrives at once."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from tests.harness import Harness
from tests.kernel.database_proxy import through_a_proxy
from tests.sockets import Socket, live
from tests.waiting import until

from phoenix.kernel import background
from phoenix.kernel.realtime import sockets as realtime

FAILURES = 20


def test_sockets_are_sent_what_happens_as_soon_as_the_database_is_back(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Delays that doubled would be an hour long after so many failures."""
    monkeypatch.setattr(background, "FIRST_DELAY", 0.01)
    monkeypatch.setattr(background, "LONGEST_DELAY", 86_400.0)
    monkeypatch.setattr(realtime, "RETRY_SECONDS", 0.02)

    async def run() -> None:
        async with through_a_proxy(harness, monkeypatch) as proxy, live(harness) as here, AsyncExitStack() as stack:
            tasks, started = harness.runtime.background, harness.runtime.background.names
            ada = await stack.enter_async_context(Socket(here))
            await ada.sign_in(harness.people["ada"].token)
            await ada.until(lambda: any('"unread"' in text for text in ada.texts))
            proxy.go_away()
            await until(lambda: tasks.restarts["feed"] >= FAILURES)
            assert not ada.is_closed, (ada.closed, ada.texts)
            proxy.come_back()
            assert await until(lambda: posted(harness))
            await ada.until(lambda: any("changed" in text for text in ada.texts))
            await until(lambda: not tasks.down & started)

    asyncio.run(run())


async def posted(harness: Harness) -> bool:
    body = {"organisation": harness.organisations["ember"], "title": "It is back"}
    return (await harness.post("/api/v2/entries", by="ada", json=body)).status_code == 201
