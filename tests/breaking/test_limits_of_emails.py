"""Who is emailed how often, what counts with what, and what is logged of it."""

from __future__ import annotations

import asyncio
import io
import json

import pytest
from tests.harness import Harness
from tests.modules.test_what_is_made_can_be_read import invitation

from phoenix.composition import REGISTRY
from phoenix.modules.accounts.actions.limits import RESETS

ACTS = [
    ("/api/v2/password_resets", {"email": "bo@example.com"}),
    ("/api/v2/sessions/email_code", {"email": "cleo@example.com"}),
    ("/api/v2/accounts/verify/resend", {"email": "dora@example.com"}),
    ("/api/v2/sessions/current/reauthenticate_code", None),
    ("/api/v2/me/email", {"email": "eve@example.com"}),
]


def test_invitations_stop_at_the_limit_and_keep_no_code_from_anyone(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo", password=True)
            for number in range(7):
                made = await harness.organisation(f"o{number}", ada="owner")
                assert (await invitation(harness, made)).status_code == 201
            await harness.work()
            assert len(harness.mails("bo@example.com")) == 5
            await harness.post("/api/v2/password_resets", json={"email": "bo@example.com"})
            await harness.work()
            assert harness.code("bo@example.com")

    asyncio.run(run())


def test_each_act_that_sends_an_email_counts_by_itself(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            for path, data in ACTS:
                first = await harness.post(path, by="ada", json=data)
                assert first.status_code != 429, path
                for _ in range(RESETS.amount - 1):
                    await harness.post(path, by="ada", json=data)
                assert (await harness.post(path, by="ada", json=data)).status_code == 429, path

    asyncio.run(run())


def test_a_limit_of_emails_is_that_of_one_act() -> None:
    """The page and the API of an act share its limit; no two acts do."""
    names: dict[str, set[str]] = {}
    routes = {min(route.paths): route for module in REGISTRY.modules for route in module.routes if "POST" in route.http_methods}
    for path, _data in ACTS:
        for limit in routes[path].opt["rule"].limits:
            names.setdefault(limit.name, set()).add(path)
    assert len(names) == len(ACTS)


@pytest.mark.parametrize("amount", [1, RESETS.amount + 1])
def test_every_try_is_logged_with_its_limit_and_without_an_address(harness: Harness, logged: io.StringIO, amount: int) -> None:
    async def run() -> None:
        async with harness:
            for _ in range(amount):
                await harness.post("/api/v2/password_resets", json={"email": "bo@example.com"})

    asyncio.run(run())
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    tries = [line for line in lines if line["event"] == "limit_counted" and line["limit"] == RESETS.name]
    assert [line["allowed"] for line in tries] == ([True] * RESETS.amount + [False])[-amount:] if amount > 1 else [True]
    assert len({line["caller"] for line in tries}) == 1
    assert all(line["caller"] == line["of"] and line["caller"].startswith("p_") for line in tries)
    assert "203.0.113.7" not in logged.getvalue()
    assert "bo@example.com" not in logged.getvalue()
