"""Sessions end when they should, whatever else happens at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tests.factors import bearer
from tests.harness import PASSWORD, Harness

from phoenix.kernel.actor import Use
from phoenix.kernel.errors import NotFound, NotSignedIn
from phoenix.kernel.security.crypto import hash_token
from phoenix.modules.sessions.actions.end import sign_out
from phoenix.modules.sessions.actions.renew import set_authenticated
from phoenix.modules.sign_in.actions.reset_password import force_reset

NEW = "eleven kettles on the roof"


def test_a_session_whose_last_use_is_not_saved_yet_ends_with_the_others(harness: Harness) -> None:
    """According to the table its idle limit has passed, but it was used since, and that is about to be saved."""

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            second = (await harness.sign_in("ada")).json()
            refresh = second["refresh_token"]
            await harness.sql(
                "UPDATE sessions SET idle_until = $2 WHERE id = $1", second["session"], harness.clock.now() + timedelta(seconds=10)
            )
            harness.clock.advance(seconds=15)
            # It was used a moment ago in another process, which saves that a few seconds later.
            used = harness.clock.now().timestamp() - 6
            assert (
                await harness.post("/api/v2/me/password", by="ada", json={"current_password": PASSWORD, "password": NEW})
            ).status_code == 204
            async with harness.runtime.database.transaction() as tx:
                identity = harness.registry.identity_of_record(second["session"])
                assert identity is not None
                await identity.seen(tx, [Use(second["session"], used)])
            assert (await harness.post("/api/v2/sessions/refresh", json={"refresh_token": refresh})).status_code == 401
            assert (await harness.get("/api/v2/me", headers=bearer(second["access_token"]))).status_code == 401

    asyncio.run(run())


def test_a_thief_who_refreshed_twice_is_detected_when_the_owner_refreshes(harness: Harness) -> None:
    """Any token of the session that was replaced long ago ends it, not only the one before the newest (RFC 9700, 4.14.2)."""

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            owner = (await harness.sign_in("ada")).json()
            stolen = owner["refresh_token"]
            for _n in range(3):
                harness.clock.advance(seconds=70)
                thief = await harness.post("/api/v2/sessions/refresh", json={"refresh_token": stolen})
                assert thief.status_code == 200
                stolen = thief.json()["refresh_token"]
            harness.clock.advance(seconds=70)
            assert (await harness.post("/api/v2/sessions/refresh", json={"refresh_token": owner["refresh_token"]})).status_code == 401
            assert (await harness.get("/api/v2/me", headers=bearer(thief.json()["access_token"]))).status_code == 401
            assert (await harness.post("/api/v2/sessions/refresh", json={"refresh_token": stolen})).status_code == 401

    asyncio.run(run())


def test_an_invented_refresh_token_ends_no_session(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            owner = (await harness.sign_in("ada")).json()
            forged = [
                owner["refresh_token"][:-1] + ("0" if owner["refresh_token"][-1] != "0" else "1"),
                f"pho_refresh_{owner['session']}-0-{'0' * 64}",
                "pho_refresh_",
                "pho_refresh_-9-",
                f"pho_refresh_{owner['session']}-{'9' * 400}-{'0' * 64}",
            ]
            for token in forged:
                assert (await harness.post("/api/v2/sessions/refresh", json={"refresh_token": token})).status_code == 401
            assert (await harness.get("/api/v2/me", headers=bearer(owner["access_token"]))).status_code == 200
            assert (await harness.post("/api/v2/sessions/refresh", json={"refresh_token": owner["refresh_token"]})).status_code == 200

    asyncio.run(run())


async def reset_by_email(harness: Harness, theirs: str) -> None:
    email = harness.people["ada"].email
    await harness.post("/api/v2/password_resets", json={"email": email})
    await harness.work()
    sent = {"email": email, "code": harness.code(email), "password": NEW}
    assert (await harness.post("/api/v2/password_resets/complete", json=sent)).status_code == 204


async def change_password(harness: Harness, theirs: str) -> None:
    sent = {"current_password": PASSWORD, "password": NEW}
    assert (await harness.post("/api/v2/me/password", by="ada", json=sent)).status_code == 204


async def end_the_others(harness: Harness, theirs: str) -> None:
    assert (await harness.delete("/api/v2/sessions", by="ada")).status_code == 204


async def end_that_one(harness: Harness, theirs: str) -> None:
    assert (await harness.delete(f"/api/v2/sessions/{theirs}", by="ada")).status_code == 204


async def reset_by_staff(harness: Harness, theirs: str) -> None:
    async with harness.runtime.database.transaction() as tx:
        await force_reset(tx, harness.people["ada"].id)


@pytest.mark.parametrize("act", [reset_by_email, change_password, end_the_others, end_that_one, reset_by_staff])
def test_a_device_whose_session_was_ended_by_someone_else_is_no_longer_known(
    harness: Harness, act: Callable[[Harness, str], Awaitable[None]]
) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            thief = (await harness.sign_in("ada")).json()
            assert await known(harness, thief["device"])
            await act(harness, thief["session"])
            assert not await known(harness, thief["device"])

    asyncio.run(run())


def test_a_device_stays_known_after_signing_out_there_and_where_its_session_goes_on(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            mine = (await harness.sign_in("ada")).json()
            assert (await harness.delete("/api/v2/sessions", headers=bearer(mine["access_token"]))).status_code == 204
            assert await known(harness, mine["device"])
            assert (await harness.delete("/api/v2/sessions/current", headers=bearer(mine["access_token"]))).status_code == 204
            assert await known(harness, mine["device"])

    asyncio.run(run())


async def known(harness: Harness, device: str) -> bool:
    return bool(await harness.sql("SELECT 1 FROM known_devices WHERE device_hash = $1", hash_token(device)))


def test_a_session_that_ended_while_a_request_was_on_its_way_is_neither_renewed_nor_ended_again(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            actor = await harness.sessions.find(ada.token)
            assert actor is not None
            await harness.sql("UPDATE sessions SET ended_at = now(), end_reason = 'ended_by_owner'")
            await harness.events()
            async with harness.runtime.database.transaction() as tx:
                with pytest.raises(NotSignedIn):
                    await set_authenticated(tx, actor, method="password")
                with pytest.raises(NotFound):
                    await sign_out(tx, actor)
            assert await harness.events() == []

    asyncio.run(run())
