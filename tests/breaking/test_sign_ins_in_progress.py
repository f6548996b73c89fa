"""A sign-in that was in progress when the password or the address changed starts no session with what it proved before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from tests.factors import Factors
from tests.harness import PASSWORD, Harness
from tests.oidc.running import csrf_of

from phoenix.modules.accounts.actions.password import password_hash, set_password
from phoenix.modules.sign_in.actions.reset_password import force_reset

NEW = "eleven kettles on the roof"


async def reset(harness: Harness) -> None:
    await harness.post("/api/v2/password_resets", json={"email": "ada@example.com"})
    await harness.work()
    code = harness.code("ada@example.com")
    done = await harness.post("/api/v2/password_resets/complete", json={"email": "ada@example.com", "code": code, "password": NEW})
    assert done.status_code == 204, done.text


async def change(harness: Harness) -> None:
    done = await harness.post("/api/v2/me/password", by="ada", json={"current_password": PASSWORD, "password": NEW})
    assert done.status_code == 204, done.text


async def staff_reset(harness: Harness) -> None:
    async with harness.runtime.database.transaction() as tx:
        await force_reset(tx, harness.people["ada"].id)


async def new_address(harness: Harness) -> None:
    await harness.post("/api/v2/me/email", by="ada", json={"email": "ada@elsewhere.example.com"})
    await harness.work()
    code = harness.code("ada@elsewhere.example.com")
    done = await harness.post("/api/v2/me/email/confirm", by="ada", json={"email": "ada@elsewhere.example.com", "code": code})
    assert done.status_code == 204, done.text


CHANGES = {"reset": reset, "change": change, "reset by staff": staff_reset, "new address": new_address}


def after_the_password(harness: Harness, monkeypatch: pytest.MonkeyPatch, then: Callable[[], Awaitable[object]]) -> None:
    """Once, after the right password was recognised, let something else happen before its sign-in goes on."""
    verify, waiting = harness.runtime.passwords.verify, [then]

    async def slowly(stored: str, password: str) -> bool:
        right = await verify(stored, password)
        if waiting:
            await waiting.pop()()
        return right

    monkeypatch.setattr(harness.runtime.passwords, "verify", slowly)


async def sign_in_by_api(harness: Harness) -> httpx.Response:
    return await harness.new_client().post("/api/v2/sessions", json={"email": "ada@example.com", "password": PASSWORD})


async def sign_in_on_the_page(harness: Harness) -> httpx.Response:
    browser = harness.new_client()
    csrf = csrf_of((await browser.get("/sign-in")).text)
    return await browser.post("/sign-in", data={"csrf": csrf, "email": "ada@example.com", "password": PASSWORD})


@pytest.mark.parametrize("sign_in", [sign_in_by_api, sign_in_on_the_page], ids=["api", "page"])
@pytest.mark.parametrize("name", CHANGES)
def test_sign_in_with_what_has_just_changed_fails(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, name: str, sign_in: Callable[[Harness], Awaitable[httpx.Response]]
) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            after_the_password(harness, monkeypatch, lambda: CHANGES[name](harness))
            answer = await sign_in(harness)
            assert answer.status_code in {401, 422}, answer.text
            assert "was just changed" in answer.text
            assert "set-cookie" not in answer.headers or "phoenix_session" not in answer.headers["set-cookie"]
            open_sessions = await harness.sql("SELECT method FROM sessions WHERE ended_at IS NULL AND method <> 'test'")
            assert open_sessions == []

    asyncio.run(run())


@pytest.mark.parametrize("name", CHANGES)
def test_second_factor_of_a_sign_in_before_the_change_starts_nothing(harness: Harness, name: str) -> None:
    async def run() -> None:
        async with harness:
            ada = await Factors.of(harness, "ada")
            challenge = await ada.challenge()
            await CHANGES[name](harness)
            harness.clock.advance(seconds=31)
            answer = await ada.answer(challenge, "totp", ada.now())
            assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials"), answer.text

    asyncio.run(run())


def test_newer_hash_of_an_old_password_does_not_replace_a_new_password(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada", password=True)
            monkeypatch.setattr(harness.runtime.passwords, "needs_rehash", lambda stored: True)
            after_the_password(harness, monkeypatch, lambda: reset(harness))
            assert (await sign_in_by_api(harness)).status_code == 401
            async with harness.runtime.database.reader() as db:
                stored = await password_hash(db, ada.id)
            assert await harness.runtime.passwords.verify(stored, NEW)
            monkeypatch.undo()
            assert (await harness.new_client().post("/api/v2/sessions", json={"email": ada.email, "password": NEW})).status_code == 201

    asyncio.run(run())


def test_newer_hash_is_stored_and_the_sign_in_succeeds(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada", password=True)
            monkeypatch.setattr(harness.runtime.passwords, "needs_rehash", lambda stored: True)
            async with harness.runtime.database.reader() as db:
                before = await password_hash(db, ada.id)
            assert (await sign_in_by_api(harness)).status_code == 201
            async with harness.runtime.database.reader() as db:
                after = await password_hash(db, ada.id)
            assert after != before
            assert await harness.runtime.passwords.verify(after, PASSWORD)

    asyncio.run(run())


def test_a_reset_ends_the_session_that_starts_just_before_it(harness: Harness) -> None:
    """The sign-in holds the account when the reset comes: the reset waits, and then ends the new session too."""

    async def run() -> None:
        async with harness:
            ada = await harness.person("ada", password=True)
            async with harness.runtime.database.transaction() as tx:
                await set_password(tx, ada.id, await harness.runtime.passwords.hash(PASSWORD))
            answers = await asyncio.gather(*(sign_in_by_api(harness) for _ in range(4)), reset(harness))
            assert {answer.status_code for answer in answers if answer is not None} <= {201, 401}
            assert await harness.sql("SELECT method FROM sessions WHERE ended_at IS NULL") == []

    asyncio.run(run())
