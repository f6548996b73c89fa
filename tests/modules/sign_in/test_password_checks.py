"""A2: while a new password is typed, the server's own rules are what is said of it."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import PASSWORD, Harness

from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.security.passwords import check_strength

REFUSED = ("Password1234567", "qwertyuiop1234", "ada lovelace 1815", "aaaaaaaaaaaaaaaa", "phoenix phoenix", "short")


@pytest.mark.parametrize("password", [*REFUSED, PASSWORD, "x" * 300])
def test_what_is_said_of_a_password_is_what_is_decided_of_it(harness: Harness, password: str) -> None:
    async def run() -> None:
        async with harness:
            sent = {"password": password, "email": "ada@example.com", "name": "Ada Lovelace"}
            said = (await harness.post("/api/v2/password_checks", json=sent)).json()
            try:
                check_strength(password, words=(sent["email"], sent["name"]))
                decided = ""
            except InvalidInput as problem:
                decided = problem.detail
            assert said == {"acceptable": decided == "", "detail": decided}
            assert (decided == "") is (password == PASSWORD)
            assert await harness.events() == []

    asyncio.run(run())
