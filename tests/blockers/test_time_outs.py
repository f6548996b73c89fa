"""Blocker: sessions that ended at different times by page, API and socket, or did not end. (A4)"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import httpx
import pytest
from tests.factors import bearer
from tests.harness import PASSWORD, Harness

IDLE, ABSOLUTE = 2 * 3600, 24 * 3600
KEPT_IDLE, KEPT_ABSOLUTE = 30 * 86_400, 90 * 86_400


async def sign_in(browser: httpx.AsyncClient, **more: str) -> str:
    """Sign in on the page; returns the session's token from its cookie."""
    page = await browser.get("/sign-in")
    csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
    answer = await browser.post("/sign-in", data={"csrf": csrf, "email": "ada@example.com", "password": PASSWORD, **more})
    assert answer.status_code == 303, answer.text
    return browser.cookies["phoenix_session"]


async def is_in(harness: Harness, token: str) -> list[bool]:
    """Whether page, API and socket accept the token now: all three must agree."""
    page = await harness.get("/settings/profile", headers=bearer(token))
    api = await harness.get("/api/v2/sessions", headers=bearer(token))
    session_reader = harness.sessions
    return [page.status_code == 200, api.status_code == 200, await session_reader.find(token) is not None]


@pytest.mark.parametrize(("remember", "idle"), [("", IDLE), ("on", KEPT_IDLE)])
def test_an_idle_session_ends_at_the_same_second_everywhere(harness: Harness, remember: str, idle: int) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("ada", password=True)
            token = await sign_in(browser, **({"remember": remember} if remember else {}))
            harness.clock.advance(seconds=idle - 1)
            assert await is_in(harness, token) == [True] * 3
            harness.clock.advance(seconds=idle)
            assert await is_in(harness, token) == [False] * 3

    asyncio.run(run())


@pytest.mark.parametrize(("remember", "idle", "absolute"), [("", IDLE, ABSOLUTE), ("on", KEPT_IDLE, KEPT_ABSOLUTE)])
def test_the_absolute_limit_applies_however_much_the_session_is_used(harness: Harness, remember: str, idle: int, absolute: int) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("ada", password=True)
            token = await sign_in(browser, **({"remember": remember} if remember else {}))
            passed, step = 0, idle // 2
            while passed + step < absolute:
                harness.clock.advance(seconds=step)
                passed += step
                assert await is_in(harness, token) == [True] * 3
            harness.clock.advance(seconds=absolute - passed - 1)
            assert await is_in(harness, token) == [True] * 3
            harness.clock.advance(seconds=1)
            assert await is_in(harness, token) == [False] * 3

    asyncio.run(run())


@pytest.mark.parametrize(
    "start",
    [datetime(2026, 10, 25, 0, 15, tzinfo=UTC), datetime(2027, 3, 28, 0, 15, tzinfo=UTC)],
    ids=["clocks-go-back", "clocks-go-forward"],
)
def test_clock_changes_neither_lengthen_nor_shorten_a_session(harness: Harness, start: datetime) -> None:
    async def run() -> None:
        harness.clock.set(start)
        async with harness, harness.new_client() as browser:
            await harness.person("ada", password=True, time_zone="Europe/Berlin")
            token = await sign_in(browser)
            harness.clock.advance(seconds=IDLE - 1)
            assert await is_in(harness, token) == [True] * 3
            harness.clock.advance(seconds=IDLE)
            assert await is_in(harness, token) == [False] * 3

    asyncio.run(run())


def test_an_api_session_is_refreshed_for_as_long_as_it_lasts(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            made = (await harness.sign_in("ada")).json()
            for _day in range(89):
                harness.clock.advance(days=1)
                answer = await harness.post("/api/v2/sessions/refresh", json={"refresh_token": made["refresh_token"]})
                assert answer.status_code == 200, answer.text
                made = answer.json()
            harness.clock.advance(seconds=86_400 - 1)
            last = await harness.post("/api/v2/sessions/refresh", json={"refresh_token": made["refresh_token"]})
            assert (last.status_code, last.json()["expires_in"]) == (200, 1)
            harness.clock.advance(seconds=1)
            gone = await harness.post("/api/v2/sessions/refresh", json={"refresh_token": last.json()["refresh_token"]})
            assert gone.status_code == 401
            assert (await harness.get("/api/v2/me", headers=bearer(last.json()["access_token"]))).status_code == 401

    asyncio.run(run())


def test_a_form_open_when_the_session_ended_says_so(harness: Harness) -> None:
    """What was typed waits behind the sign-in."""

    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("ada", password=True)
            await sign_in(browser)
            page = await browser.get("/settings/profile")
            csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
            harness.clock.advance(seconds=IDLE + 1)
            sent = await browser.post("/settings/profile", data={"csrf": csrf, "name": "Ada B"})
            assert (sent.status_code, sent.headers["location"].partition("%3F")[0]) == (303, "/sign-in?next=%2Fsettings%2Fprofile")

    asyncio.run(run())
