"""Blocker: “remember me” that forgot, or that could not be ended. (A6)"""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest
from tests.blockers.test_time_outs import IDLE, KEPT_ABSOLUTE, is_in, sign_in
from tests.factors import Factors
from tests.harness import PASSWORD, Harness


def cookie_of(answer: httpx.Response) -> str:
    return next(value for value in answer.headers.get_list("set-cookie") if value.startswith("phoenix_session="))


def test_only_a_remembered_session_outlives_the_browser(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            for remember, kept in (({}, False), ({"remember": "on"}, True)):
                async with harness.new_client() as browser:
                    page = await browser.get("/sign-in")
                    csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
                    data = {"csrf": csrf, "email": "ada@example.com", "password": "nine lanterns by the harbour", **remember}
                    cookie = cookie_of(await browser.post("/sign-in", data=data))
                    found = re.search(r"Max-Age=(\d+)", cookie)
                    assert (found is not None) == kept
                    if found:
                        assert int(found[1]) == KEPT_ABSOLUTE
                    for part in ("HttpOnly", "SameSite=lax", "Path=/"):
                        assert part.lower() in cookie.lower()

    asyncio.run(run())


def test_each_use_extends_a_remembered_session_to_thirty_days(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("ada", password=True)
            token = await sign_in(browser, remember="on")
            for _month in range(2):
                harness.clock.advance(days=29)
                assert await is_in(harness, token) == [True] * 3
            harness.clock.advance(days=30, seconds=1)
            assert await is_in(harness, token) == [False] * 3

    asyncio.run(run())


@pytest.mark.parametrize("way", ["one", "others", "password"])
def test_a_remembered_session_can_be_ended_from_another_device_at_once(harness: Harness, way: str) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("ada", password=True)
            token = await sign_in(browser, remember="on")
            assert await is_in(harness, token) == [True] * 3
            listed = (await harness.get("/api/v2/sessions", by="ada")).json()["items"]
            remembered = next(item for item in listed if item["remembered"] and not item["current"])
            if way == "one":
                assert (await harness.delete(f"/api/v2/sessions/{remembered['id']}", by="ada")).status_code == 204
            elif way == "others":
                assert (await harness.delete("/api/v2/sessions", by="ada")).status_code == 204
            else:
                given = {"current_password": PASSWORD, "password": "eleven kettles on the roof"}
                answer = await harness.post("/api/v2/me/password", by="ada", json=given)
                assert answer.status_code == 204
            assert await is_in(harness, token) == [False] * 3

    asyncio.run(run())


def test_the_choice_is_kept_through_the_second_factor(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            ada = await Factors.of(harness, "ada")
            page = await browser.get("/sign-in")
            csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
            data = {"csrf": csrf, "email": ada.email, "password": "nine lanterns by the harbour", "remember": "on"}
            step = await browser.post("/sign-in", data=data)
            assert step.headers["location"].startswith("/sign-in/second-step")
            assert "phoenix_session" not in browser.cookies
            answer = await browser.post("/sign-in/second-step", data={"csrf": csrf, "method": "totp", "code": ada.now()})
            assert answer.status_code == 303, answer.text
            assert f"Max-Age={KEPT_ABSOLUTE}" in cookie_of(answer)

    asyncio.run(run())


def test_signing_out_ends_a_remembered_session(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("ada", password=True)
            token = await sign_in(browser, remember="on")
            page = await browser.get("/settings/profile")
            csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
            answer = await browser.post("/sign-out", data={"csrf": csrf})
            assert "Max-Age=0" in cookie_of(answer)
            assert await is_in(harness, token) == [False] * 3

    asyncio.run(run())


def test_an_unremembered_session_expires_when_idle_even_if_the_browser_stays_open(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.person("ada", password=True)
            token = await sign_in(browser)
            harness.clock.advance(seconds=IDLE + 1)
            assert await is_in(harness, token) == [False] * 3
            assert (await browser.get("/settings/profile")).headers["location"].startswith("/sign-in?next=")

    asyncio.run(run())
