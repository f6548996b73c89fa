"""A11: no answer, status, mail to the asker or time tells whether an address has an account."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable

import httpx
import pytest
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
    "code by mail": _post("/api/v2/sessions/email_code"),
    "reset, wrong code": _post("/api/v2/password_resets/complete", code="12345678", password="eleven kettles on the roof"),
    "code, wrong": _post("/api/v2/sessions/email_code/complete", code="12345678"),
    "unlock, wrong": _post("/api/v2/unlocks", code="12345678"),
}


@pytest.mark.parametrize("flow", FLOWS)
def test_answers_are_the_same_to_the_byte(harness: Harness, flow: str) -> None:
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


@pytest.mark.slow
@pytest.mark.parametrize("flow", ["log-in", "sign-up", "reset", "code by mail"])
def test_times_overlap(harness: Harness, flow: str) -> None:
    """Interleaved, so that whatever the machine does it does to both; each median lies within the other's middle half."""

    async def run() -> None:
        async with harness:
            accounts = [f"p{n}" for n in range(40)]
            for name in accounts:
                await harness.person(name, password=True)
            took: dict[bool, list[float]] = {True: [], False: []}
            for n, name in enumerate(accounts):
                for known in (n % 2 == 0, n % 2 == 1):
                    email = harness.people[name].email if known else f"nobody{n}@example.com"
                    async with harness.new_client(address=f"198.51.{n}.{int(known) + 1}") as client:
                        start = time.perf_counter()
                        await FLOWS[flow](client, email)
                        took[known].append(time.perf_counter() - start)
            for one, other in ((True, False), (False, True)):
                low, _, high = statistics.quantiles(took[other], n=4)
                spread = max(high - low, 0.15 * high)
                assert low - spread / 2 <= statistics.median(took[one]) <= high + spread / 2, (flow, took)

    asyncio.run(run())
