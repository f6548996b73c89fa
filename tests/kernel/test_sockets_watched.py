"""Open sockets are checked regularly: rooms follow memberships, a client learns that its session ended, and a slow reader is disconnected."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from tests.harness import Harness
from tests.kernel.test_socket_connections import Socket, parts
from tests.waiting import until

from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.realtime import sockets as realtime
from phoenix.modules.organisations.queries import INSERT_MEMBER


def rooms(harness: Harness, sid: str) -> set[str]:
    _app, sockets = parts(harness)
    return {room for room in sockets.server.rooms(sid) if room.startswith("organisation:")}


def test_rooms_follow_memberships_and_a_client_learns_that_its_session_ended(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "CHECK_SECONDS", 0.01)

    async def run() -> None:
        async with harness, AsyncExitStack() as stack:
            app, sockets = parts(harness)
            ember = await harness.organisation("ember", ada="owner", bo="member")
            socket = await stack.enter_async_context(Socket(app))
            await socket.sign_in(harness.people["bo"].token)
            (sid,) = sockets._tokens
            assert rooms(harness, sid) == {f"organisation:{ember}"}
            ash = await harness.organisation("ash", ada="owner")
            async with harness.runtime.database.transaction() as tx:
                await tx.execute(INSERT_MEMBER, ash, harness.people["bo"].id, "viewer", tx.now)
                tx.invalidate(ACCOUNT(harness.people["bo"].id))
            await until(lambda: rooms(harness, sid) == {f"organisation:{ember}", f"organisation:{ash}"})
            assert (await harness.delete(f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}", by="ada")).status_code == 204
            await until(lambda: rooms(harness, sid) == {f"organisation:{ash}"})
            assert (await harness.delete("/api/v2/sessions/current", by="bo")).status_code == 204
            await socket.until(lambda: any("session_ended" in text for text in socket.texts))
            await until(lambda: sockets.count == 0)

    asyncio.run(run())


def test_a_client_that_reads_too_slowly_is_disconnected(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "CHECK_SECONDS", 86_400)

    async def run() -> None:
        async with harness, AsyncExitStack() as stack:
            app, sockets = parts(harness)
            ada = await harness.person("ada")
            socket = await stack.enter_async_context(Socket(app))
            await socket.sign_in(ada.token)
            (sid,) = sockets._tokens
            await sockets._check(sid, ada.token)
            assert sockets.count == 1
            monkeypatch.setattr(realtime, "QUEUE_MOST", -1)
            await sockets._check(sid, ada.token)
            assert sockets.count == 0

    asyncio.run(run())


def test_an_unknown_session_is_reported_as_ended(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            _app, sockets = parts(harness)
            assert await sockets._why("a socket that is gone") == "ended"

    asyncio.run(run())
