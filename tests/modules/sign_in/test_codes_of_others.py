"""A code or link belongs to one account and one purpose, and only that of the newest email is valid."""

from __future__ import annotations

import asyncio

import pytest
from tests.factors import Factors
from tests.harness import REAUTHENTICATE, Harness

from phoenix.modules.accounts.actions.email_verification import start


async def address_change_of(harness: Harness, name: str, email: str) -> tuple[str, str]:
    """Request another address; returns the token and the code from the email to it."""
    assert (await harness.post("/api/v2/me/email", by=name, json={"email": email})).status_code == 202
    await harness.work()
    return harness.link(email).partition("token=")[2], harness.code(email)


def test_the_email_for_one_account_does_not_change_the_address_of_another(harness: Harness) -> None:
    """Both request the same address, whose owner gets two emails: each confirms only the account that requested it."""

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            await harness.person("eve")
            token, _ = await address_change_of(harness, "ada", "shared@example.com")
            await address_change_of(harness, "eve", "shared@example.com")
            refused = await harness.post("/api/v2/me/email/confirm", by="eve", json={"token": token})
            assert (refused.status_code, refused.json()["code"]) == (422, "wrong_code")
            assert "belongs to another account" in refused.json()["detail"]
            assert (await harness.get("/api/v2/me", by="eve")).json()["email"] == "eve@example.com"
            assert "sign_in.address_changed" not in await harness.events()

    asyncio.run(run())


@pytest.mark.parametrize("by", ["token", "code"])
def test_requesting_another_address_voids_the_earlier_email(harness: Harness, by: str) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            token, code = await address_change_of(harness, "ada", "first@example.com")
            newer, _ = await address_change_of(harness, "ada", "second@example.com")
            given = {"token": token} if by == "token" else {"email": "first@example.com", "code": code}
            refused = await harness.post("/api/v2/me/email/confirm", by="ada", json=given)
            assert (refused.status_code, refused.json()["code"]) == (422, "wrong_code")
            assert "since requested a different address" in refused.json()["detail"]
            assert (await harness.get("/api/v2/me", by="ada")).json()["email"] == "ada@example.com"
            assert (await harness.post("/api/v2/me/email/confirm", by="ada", json={"token": newer})).status_code == 204
            assert (await harness.get("/api/v2/me", by="ada")).json()["email"] == "second@example.com"

    asyncio.run(run())


def test_a_code_sent_for_another_account_confirms_nothing(harness: Harness) -> None:
    """The address moved from one account to another: an email for the first does not work for the second."""

    async def run() -> None:
        async with harness:
            ada, eve = await harness.person("ada"), await harness.person("eve")
            async with harness.runtime.database.transaction() as tx:
                _, code = await start(harness.runtime.keys, tx, purpose="reauthenticate", email_key=eve.email, account=ada.id)
            harness.clock.advance(minutes=1)
            before = await harness.events()
            refused = await harness.post(REAUTHENTICATE, by="eve", json={"method": "email_code", "code": code})
            assert (refused.status_code, refused.json()["code"]) == (422, "wrong_code")
            assert (before, await harness.events()) == ([], [])
            assert [row["tried_by"] for row in await harness.sql("SELECT tried_by FROM proofs")] == [[]], "nor is its attempt used up"

    asyncio.run(run())


@pytest.mark.parametrize("method", ["totp", "backup_code"])
def test_the_factor_of_one_account_does_not_complete_the_challenge_of_another(harness: Harness, method: str) -> None:
    async def run() -> None:
        async with harness:
            ada, eve = await Factors.of(harness, "ada"), await Factors.of(harness, "eve")
            theirs = eve.now() if method == "totp" else eve.codes[0]
            refused = await ada.answer(await ada.challenge(device=ada.device), method, theirs)
            assert (refused.status_code, refused.json()["code"]) == (422, "wrong_code")
            mine = await eve.answer(await eve.challenge(device=eve.device), method, theirs)
            assert mine.status_code == 201, "an attempt at another account does not count against one's own"

    asyncio.run(run())
