"""A correct password or code does not open a locked account, and only one of two people gets an address."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import PASSWORD, Harness

CHANGES = {
    "locked": "UPDATE accounts SET locked_at = now(), lock_reason = 'a reason' WHERE id = $1",
    "service": "UPDATE accounts SET kind = 'service' WHERE id = $1",
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_correct_password_does_not_sign_in_a_locked_or_service_account(harness: Harness, kind: str) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada", password=True)
            await harness.events()
            code = ""
            if kind == "locked":
                await harness.post("/api/v2/sessions/email_code", json={"email": ada.email})
                await harness.work()
                code = harness.code(ada.email)
            await harness.sql(CHANGES[kind], ada.id)
            refused = await harness.post("/api/v2/sessions", json={"email": ada.email, "password": PASSWORD})
            assert refused.status_code in {401, 403}
            if code:
                by_code = await harness.post("/api/v2/sessions/email_code/complete", json={"email": ada.email, "code": code})
                assert (by_code.status_code, by_code.json()["code"]) == (403, "account_locked")
            assert "sessions.started" not in await harness.events()

    asyncio.run(run())


def test_only_one_of_two_people_who_verify_an_address_gets_it(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            for name in ("ada", "bo"):
                await harness.person(name)
            await harness.post("/api/v2/me/email", by="ada", json={"email": "shared@example.com"})
            await harness.work()
            code = harness.code("shared@example.com")
            # By now the address belongs to someone else.
            await harness.sql("UPDATE accounts SET email = $2, email_key = $2 WHERE id = $1", harness.people["bo"].id, "shared@example.com")
            refused = await harness.post("/api/v2/me/email/confirm", by="ada", json={"email": "shared@example.com", "code": code})
            assert (refused.status_code, refused.json()["code"]) == (409, "address_taken")
            assert (await harness.get("/api/v2/me", by="ada")).json()["email"] == "ada@example.com"

    asyncio.run(run())
