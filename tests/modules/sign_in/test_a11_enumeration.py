"""A11: no text, status, email or duration reveals whether an address has an account."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from tests.effort import Hashing
from tests.harness import PASSWORD, Harness

Ask = Callable[[httpx.AsyncClient, str], Awaitable[httpx.Response]]


def _post(path: str, **more: object) -> Ask:
    async def ask(client: httpx.AsyncClient, email: str) -> httpx.Response:
        return await client.post(path, json={"email": email, **more})

    return ask


FLOWS: dict[str, Ask] = {
    "log-in": _post("/api/v2/sessions", password="not the password at all"),
    "sign-up": _post("/api/v2/accounts", password=PASSWORD, name="N", accept_terms=True),
    "reset": _post("/api/v2/password_resets"),
    "resend": _post("/api/v2/accounts/verify/resend"),
    "code by email": _post("/api/v2/sessions/email_code"),
    "reset, wrong code": _post("/api/v2/password_resets/complete", code="12345678", password="eleven kettles on the roof"),
    "code, wrong": _post("/api/v2/sessions/email_code/complete", code="12345678"),
    "unlock, wrong": _post("/api/v2/unlocks", code="12345678"),
}


@pytest.mark.parametrize("flow", FLOWS)
def test_responses_are_byte_for_byte_identical(harness: Harness, flow: str) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            seen = []
            for email in ("ada@example.com", "nobody@example.com"):
                async with harness.new_client(address="198.51.100.9") as client:
                    answer = await FLOWS[flow](client, email)
                    kept = {
                        name: value
                        for name, value in answer.headers.items()
                        if name not in {"x-request-id", "date", "ratelimit", "x-phoenix-queries"}
                    }
                    body = answer.text.replace(answer.headers["x-request-id"], "")
                    seen.append((answer.status_code, kept, body))
            assert seen[0] == seen[1]

    asyncio.run(run())


@pytest.mark.parametrize("flow", FLOWS)
def test_known_and_unknown_addresses_cost_the_same_work(harness: Harness, flow: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 and database statements take the time, so their number must be the same for every address."""

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            hashing = Hashing(monkeypatch)
            work = []
            for email in ("ada@example.com", "nobody@example.com"):
                async with harness.new_client(address="198.51.100.9") as client:
                    answer = await FLOWS[flow](client, email)
                work.append((hashing.take(), answer.headers.get("x-phoenix-queries")))
            assert work[0] == work[1]

    asyncio.run(run())
