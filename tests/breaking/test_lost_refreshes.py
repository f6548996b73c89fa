"""A refresh whose answer was lost can be repeated, and a stolen refresh token is still found out.

A refresh token works until one of the tokens that replaced it is used: the refresh token, or the access token beside it.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.factors import bearer
from tests.harness import PASSWORD, REAUTHENTICATE, Harness

from phoenix.kernel.web.session_reader import UNATTENDED

GRACE = 61
REFRESH = "/api/v2/sessions/refresh"


async def signed_in(harness: Harness) -> dict[str, Any]:
    await harness.person("ada", password=True)
    return (await harness.sign_in("ada")).json()  # type: ignore[no-any-return]


async def refresh(harness: Harness, token: str, expected: int = 200) -> dict[str, Any]:
    answer = await harness.post(REFRESH, json={"refresh_token": token})
    assert answer.status_code == expected, answer.text
    return answer.json()  # type: ignore[no-any-return]


async def use(harness: Harness, made: dict[str, Any], expected: int = 200) -> None:
    assert (await harness.get("/api/v2/me", headers=bearer(made["access_token"]))).status_code == expected


@pytest.mark.parametrize("hours", [0, 1, 24, 24 * 29])
def test_a_refresh_whose_answer_was_lost_is_repeated(harness: Harness, hours: int) -> None:
    async def run() -> None:
        async with harness:
            made = await signed_in(harness)
            lost = await refresh(harness, made["refresh_token"])
            harness.clock.advance(seconds=GRACE + 3600 * hours)
            again = await refresh(harness, made["refresh_token"])
            assert again["refresh_token"] == lost["refresh_token"]
            await use(harness, again)
            await refresh(harness, again["refresh_token"])

    asyncio.run(run())


def test_using_the_old_access_token_says_nothing_about_the_new_ones(harness: Harness) -> None:
    """The client refreshed early, the answer was lost, and it goes on with what it has."""

    async def run() -> None:
        async with harness:
            made = await signed_in(harness)
            await use(harness, made)
            await refresh(harness, made["refresh_token"])
            for _minute in range(3):
                harness.clock.advance(seconds=GRACE)
                await use(harness, made)
            await use(harness, await refresh(harness, made["refresh_token"]))

    asyncio.run(run())


@pytest.mark.parametrize("used", ["access token", "refresh token"])
@pytest.mark.parametrize("before", [False, True], ids=["first", "after the old access token"])
def test_reuse_after_a_new_token_was_used_ends_the_session(harness: Harness, used: str, before: bool) -> None:
    async def run() -> None:
        async with harness:
            made = await signed_in(harness)
            if before:
                # Uses are noted once a minute; the first of a new token is noted at once.
                await use(harness, made)
            fresh = await refresh(harness, made["refresh_token"])
            if used == "access token":
                await use(harness, fresh)
            else:
                fresh = await refresh(harness, fresh["refresh_token"])
            harness.clock.advance(seconds=GRACE)
            await harness.events()
            assert (await refresh(harness, made["refresh_token"], 401))["code"] == "refresh_refused"
            assert await harness.events() == ["sessions.ended"]
            await use(harness, fresh, 401)
            await refresh(harness, fresh["refresh_token"], 401)

    asyncio.run(run())


def test_a_use_of_new_tokens_is_not_hidden_by_calling_it_unattended(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            made = await signed_in(harness)
            fresh = await refresh(harness, made["refresh_token"])
            for path in ("/api/v2/me", "/api/v2/sessions"):
                headers = {**bearer(fresh["access_token"]), UNATTENDED.decode(): "yes"}
                assert (await harness.get(path, headers=headers)).status_code == 200
            harness.clock.advance(seconds=GRACE)
            assert (await refresh(harness, made["refresh_token"], 401))["code"] == "refresh_refused"
            await use(harness, fresh, 401)

    asyncio.run(run())


def test_re_authentication_whose_answer_was_lost_does_not_end_the_session(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            made = await signed_in(harness)
            proof = {"method": "password", "code": PASSWORD}
            assert (await harness.post(REAUTHENTICATE, headers=bearer(made["access_token"]), json=proof)).status_code == 200
            harness.clock.advance(seconds=GRACE)
            await use(harness, await refresh(harness, made["refresh_token"]))

    asyncio.run(run())


def test_a_session_that_is_over_is_not_refreshed_by_either(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            made = await signed_in(harness)
            lost = await refresh(harness, made["refresh_token"])
            harness.clock.advance(days=31)
            for token in (made["refresh_token"], lost["refresh_token"]):
                await refresh(harness, token, 401)

    asyncio.run(run())
