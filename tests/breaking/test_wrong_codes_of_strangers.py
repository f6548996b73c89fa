"""Wrong codes of strangers use up nothing of the owner's: attempts count by whoever guesses, and the link always works."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.harness import PASSWORD, REAUTHENTICATE, Harness

from phoenix.modules.accounts.actions.email_verification import TRIES, TRIES_OF_ALL
from phoenix.modules.factors.actions.throttle import FREE_TRIES
from phoenix.modules.sign_in import actions

BO = "bo@example.com"
NEW = "seven kettles on a cold morning"
WRONG = "00000000"
Start = Callable[[Harness], Awaitable[Any]]


async def reset(harness: Harness) -> None:
    await harness.person("bo", password=True)
    await harness.post("/api/v2/password_resets", json={"email": BO})


async def sign_in(harness: Harness) -> None:
    await harness.person("bo", password=True)
    await harness.post("/api/v2/sessions/email_code", json={"email": BO})


async def verify(harness: Harness) -> None:
    await harness.post("/api/v2/accounts", json={"email": BO, "password": PASSWORD, "name": "Bo", "accept_terms": True})


async def unlock(harness: Harness) -> None:
    await harness.person("bo", password=True)
    for _ in range(FREE_TRIES):
        await harness.post("/api/v2/sessions", json={"email": BO, "password": "a wrong one, again"})


# The purpose of a code that anyone can try: how it is sent, where it is entered, what else that takes, and the answer.
PUBLIC: dict[str, tuple[Start, str, dict[str, str], int]] = {
    "reset": (reset, "/api/v2/password_resets/complete", {"password": NEW}, 204),
    "sign_in": (sign_in, "/api/v2/sessions/email_code/complete", {}, 201),
    "verify": (verify, "/api/v2/accounts/verify", {"password": NEW}, 204),
    "unlock": (unlock, "/api/v2/unlocks", {}, 204),
}
# Of those who are signed in, only the codes of their own account are tried.
SIGNED_IN = {"change_address", "reauthenticate"}


def test_every_purpose_of_a_code_is_tried_here() -> None:
    modules = [importlib.import_module(f"{actions.__name__}.{found.name}") for found in pkgutil.iter_modules(actions.__path__)]
    using = [module for module in modules if "email_verification.complete(" in inspect.getsource(module)]
    assert {module.PURPOSE for module in using} == set(PUBLIC) | SIGNED_IN
    for module in using:
        signed_in = "complete(runtime, tx, PURPOSE, proof, account=actor.account)" in inspect.getsource(module)
        assert signed_in == (module.PURPOSE in SIGNED_IN), module.__name__


async def guess(harness: Harness, path: str, more: dict[str, str], *, networks: int, times: int) -> None:
    for network in range(networks):
        async with harness.new_client(address=f"198.51.100.{network}") as stranger:
            for _ in range(times):
                assert (await stranger.post(path, json={"email": BO, "code": WRONG, **more})).status_code == 422


async def tries(harness: Harness) -> list[tuple[int, int]]:
    """Of each code: how many tries all have left, and how many were counted."""
    return [(row["tries_left"], len(row["tried_by"])) for row in await harness.sql("SELECT tries_left, tried_by FROM proofs")]


@pytest.mark.parametrize("purpose", PUBLIC)
def test_a_stranger_does_not_use_up_a_code(harness: Harness, purpose: str) -> None:
    start, path, more, done = PUBLIC[purpose]

    async def run() -> None:
        async with harness:
            await start(harness)
            await harness.work()
            code = harness.code(BO)
            await guess(harness, path, more, networks=1, times=TRIES + 3)
            assert await tries(harness) == [(TRIES_OF_ALL - TRIES, TRIES)]
            async with harness.new_client(address="198.51.100.0") as stranger:
                assert (await stranger.post(path, json={"email": BO, "code": code, **more})).status_code == 422, "of a sixth try"
            assert (await harness.post(path, json={"email": BO, "code": code, **more})).status_code == done

    asyncio.run(run())


@pytest.mark.parametrize("purpose", PUBLIC)
def test_many_strangers_use_up_neither_the_tries_of_whoever_requested_it_nor_the_link(harness: Harness, purpose: str) -> None:
    start, path, more, done = PUBLIC[purpose]
    requested = purpose != "unlock"

    async def run() -> None:
        async with harness:
            await start(harness)
            await harness.work()
            code, token = harness.code(BO), harness.link(BO).partition("token=")[2]
            await guess(harness, path, more, networks=7, times=TRIES)
            assert await tries(harness) == [(0, TRIES_OF_ALL)]
            async with harness.new_client(address="192.0.2.1") as other:
                assert (await other.post(path, json={"email": BO, "code": code, **more})).status_code == 422
                if requested:
                    for _ in range(TRIES - 1):
                        assert (await harness.post(path, json={"email": BO, "code": WRONG, **more})).status_code == 422
                    assert (await harness.post(path, json={"email": BO, "code": code, **more})).status_code == done
                else:
                    assert (await other.post(path, json={"token": token, **more})).status_code == done

    asyncio.run(run())


@pytest.mark.parametrize("purpose", PUBLIC)
def test_the_link_works_after_every_try_is_used_up(harness: Harness, purpose: str) -> None:
    start, path, more, done = PUBLIC[purpose]

    async def run() -> None:
        async with harness:
            await start(harness)
            await harness.work()
            token = harness.link(BO).partition("token=")[2]
            for _ in range(TRIES + 1):
                await harness.post(path, json={"email": BO, "code": WRONG, **more})
            await guess(harness, path, more, networks=6, times=TRIES)
            assert (await harness.post(path, json={"token": token, **more})).status_code == done

    asyncio.run(run())


def test_an_ipv6_network_counts_as_one_guesser(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await reset(harness)
            await harness.work()
            for host in range(TRIES + 4):
                async with harness.new_client(address=f"2001:db8:1:2::{host + 1:x}") as stranger:
                    await stranger.post("/api/v2/password_resets/complete", json={"email": BO, "code": WRONG, "password": NEW})
            assert await tries(harness) == [(TRIES_OF_ALL - TRIES, TRIES)]

    asyncio.run(run())


def test_a_known_device_that_requested_a_code_has_its_own_tries_on_every_network(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo", password=True)
            device = (await harness.sign_in("bo")).json()["device"]
            await harness.post("/api/v2/password_resets", json={"email": BO, "device": device})
            await harness.work()
            code = {"email": BO, "code": harness.code(BO), "password": NEW}
            path = "/api/v2/password_resets/complete"
            await guess(harness, path, {"password": NEW}, networks=6, times=TRIES)
            async with harness.new_client(address="192.0.2.1") as elsewhere:
                assert (await elsewhere.post(path, json={**code, "device": "x" * 43})).status_code == 422
                assert (await elsewhere.post(path, json={**code, "device": device})).status_code == 204

    asyncio.run(run())


def test_someone_who_is_signed_in_tries_only_codes_of_their_own(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            await harness.person("eve")
            new = "new@example.com"
            assert (await harness.post("/api/v2/me/email", by="ada", json={"email": new})).status_code == 202
            await harness.work()
            code = harness.code(new)
            for _ in range(TRIES + 1):
                tried = await harness.post("/api/v2/me/email/confirm", by="eve", json={"email": new, "code": code})
                assert (tried.status_code, tried.json()["code"]) == (422, "wrong_code")
            assert await tries(harness) == [(TRIES_OF_ALL, 0)]
            assert (await harness.post("/api/v2/me/email/confirm", by="ada", json={"email": new, "code": code})).status_code == 204

    asyncio.run(run())


def test_a_stolen_session_uses_up_neither_the_emails_nor_the_codes_of_its_owner(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo")
            await harness.post("/api/v2/sessions/email_code", json={"email": BO})
            await harness.work()
            stolen = (await harness.post("/api/v2/sessions/email_code/complete", json={"email": BO, "code": harness.code(BO)})).json()
            thief = {"Authorization": f"Bearer {stolen['access_token']}"}
            for number in range(3):
                async with harness.new_client(address=f"198.51.100.{number}") as client:
                    for _ in range(4):
                        await client.post("/api/v2/sessions/current/reauthenticate_code", headers=thief)
            await harness.work()
            mails = len(harness.mails(BO))
            await harness.post("/api/v2/sessions/current/reauthenticate_code", by="bo")
            await harness.work()
            assert len(harness.mails(BO)) == mails + 1
            mine = harness.code(BO)
            async with harness.new_client(address="198.51.100.9") as client:
                for _ in range(TRIES + 1):
                    tried = await client.post(REAUTHENTICATE, json={"method": "email_code", "code": WRONG}, headers=thief)
                    assert tried.status_code == 422
            assert (await harness.post(REAUTHENTICATE, by="bo", json={"method": "email_code", "code": mine})).status_code == 200

    asyncio.run(run())
