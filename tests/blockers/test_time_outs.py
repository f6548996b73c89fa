"""Blocker: sessions that ended at different times by page, API and socket, or did not end. (A4)"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import httpx
import pytest
from tests.factors import bearer
from tests.house import PASSWORD, House

IDLE, ABSOLUTE = 2 * 3600, 24 * 3600
KEPT_IDLE, KEPT_ABSOLUTE = 30 * 86_400, 90 * 86_400


async def sign_in(browser: httpx.AsyncClient, **more: str) -> str:
    """Sign in by the page; the session's token out of its cookie."""
    page = await browser.get("/sign-in")
    csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    answer = await browser.post("/sign-in", data={"csrf": csrf, "email": "ada@example.com", "password": PASSWORD, **more})
    assert answer.status_code == 303, answer.text
    return browser.cookies["phoenix_session"]


async def is_in(house: House, token: str) -> list[bool]:
    """Whether page, API and socket take the token now: the three must agree."""
    page = await house.get("/settings/profile", headers=bearer(token))
    api = await house.get("/api/v2/sessions", headers=bearer(token))
    log_ins = house.client._transport.app.framework.state.log_ins  # type: ignore[attr-defined]
    return [page.status_code == 200, api.status_code == 200, await log_ins.find(token) is not None]


@pytest.mark.parametrize(("remember", "idle"), [("", IDLE), ("on", KEPT_IDLE)])
def test_idle_ends_it_at_the_same_second_everywhere(house: House, remember: str, idle: int) -> None:
    async def run() -> None:
        async with house, house.new_client() as browser:
            await house.person("ada", password=True)
            token = await sign_in(browser, **({"remember": remember} if remember else {}))
            house.clock.advance(seconds=idle - 1)
            assert await is_in(house, token) == [True] * 3
            house.clock.advance(seconds=idle)
            assert await is_in(house, token) == [False] * 3

    asyncio.run(run())


@pytest.mark.parametrize(("remember", "idle", "absolute"), [("", IDLE, ABSOLUTE), ("on", KEPT_IDLE, KEPT_ABSOLUTE)])
def test_the_absolute_limit_holds_however_much_it_is_used(house: House, remember: str, idle: int, absolute: int) -> None:
    async def run() -> None:
        async with house, house.new_client() as browser:
            await house.person("ada", password=True)
            token = await sign_in(browser, **({"remember": remember} if remember else {}))
            passed, step = 0, idle // 2
            while passed + step < absolute:
                house.clock.advance(seconds=step)
                passed += step
                assert await is_in(house, token) == [True] * 3
            house.clock.advance(seconds=absolute - passed - 1)
            assert await is_in(house, token) == [True] * 3
            house.clock.advance(seconds=1)
            assert await is_in(house, token) == [False] * 3

    asyncio.run(run())


@pytest.mark.parametrize(
    "start",
    [datetime(2026, 10, 25, 0, 15, tzinfo=UTC), datetime(2027, 3, 28, 0, 15, tzinfo=UTC)],
    ids=["clocks-go-back", "clocks-go-forward"],
)
def test_clocks_that_change_lengthen_and_shorten_nothing(house: House, start: datetime) -> None:
    async def run() -> None:
        house.clock.set(start)
        async with house, house.new_client() as browser:
            await house.person("ada", password=True, time_zone="Europe/Berlin")
            token = await sign_in(browser)
            house.clock.advance(seconds=IDLE - 1)
            assert await is_in(house, token) == [True] * 3
            house.clock.advance(seconds=IDLE)
            assert await is_in(house, token) == [False] * 3

    asyncio.run(run())


def test_an_api_session_is_refreshed_for_as_long_as_it_lasts(house: House) -> None:
    async def run() -> None:
        async with house:
            await house.person("ada", password=True)
            made = (await house.log_in("ada")).json()
            for _day in range(89):
                house.clock.advance(days=1)
                answer = await house.post("/api/v2/sessions/refresh", json={"refresh_token": made["refresh_token"]})
                assert answer.status_code == 200, answer.text
                made = answer.json()
            house.clock.advance(seconds=86_400 - 1)
            last = await house.post("/api/v2/sessions/refresh", json={"refresh_token": made["refresh_token"]})
            assert (last.status_code, last.json()["expires_in"]) == (200, 1)
            house.clock.advance(seconds=1)
            gone = await house.post("/api/v2/sessions/refresh", json={"refresh_token": last.json()["refresh_token"]})
            assert gone.status_code == 401
            assert (await house.get("/api/v2/me", headers=bearer(last.json()["access_token"]))).status_code == 401

    asyncio.run(run())


def test_a_form_that_was_open_when_it_ended_says_so(house: House) -> None:
    """Nothing is lost silently: the answer is a page with a way on, not a blank one."""

    async def run() -> None:
        async with house, house.new_client() as browser:
            await house.person("ada", password=True)
            await sign_in(browser)
            page = await browser.get("/settings/profile")
            csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
            house.clock.advance(seconds=IDLE + 1)
            sent = await browser.post("/settings/profile", data={"csrf": csrf, "name": "Ada B"})
            assert sent.status_code == 401
            assert "/sign-in" in sent.text

    asyncio.run(run())
