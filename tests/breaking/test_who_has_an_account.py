"""No series of responses reveals whether an address has an account."""

from __future__ import annotations

import asyncio

import httpx
from tests.harness import Harness

MINE = "eleven kettles on the roof"


def test_signing_up_and_then_signing_in_reveals_nothing(harness: Harness) -> None:
    """A stranger signs up with their own password: the responses are the same for an address that someone has."""

    async def chain(client: httpx.AsyncClient, email: str) -> list[tuple[int, str]]:
        sign_up = {"email": email, "password": MINE, "name": "N", "accept_terms": True}
        answers = [await client.post("/api/v2/accounts", json=sign_up)]
        answers.append(await client.post("/api/v2/sessions", json={"email": email, "password": MINE}))
        answers.append(await client.post("/api/v2/accounts/verify/resend", json={"email": email}))
        answers.append(await client.post("/api/v2/sessions", json={"email": email, "password": MINE}))
        answers.append(await client.post("/api/v2/sessions", json={"email": email, "password": "not the password at all"}))
        return [(answer.status_code, answer.json().get("code", "")) for answer in answers]

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            async with harness.new_client(address="198.51.100.9") as client:
                known, unknown = await chain(client, "ada@example.com"), await chain(client, "nobody@example.com")
            assert known == unknown
            await harness.work()
            # None of it harms the owner, who was notified once; and no code is sent to an address that has an account.
            assert [mail for mail in harness.mails("ada@example.com") if "verify" in mail.text] == []
            assert (await harness.sign_in("ada")).status_code == 201

    asyncio.run(run())
