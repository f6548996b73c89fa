"""The optional CAPTCHA: required if it is configured, refused when wrong, and open to everyone when its service fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import parse_qs

import httpx
import pytest
from tests.harness import PASSWORD, Harness, Place

from phoenix.kernel.security.captcha import Captcha
from phoenix.settings import AccountSettings

SET_UP = AccountSettings(captcha_check="https://captcha.test/siteverify", captcha_secret="secret of the site")


@pytest.mark.parametrize(
    ("answer", "sent", "status"),
    [
        (lambda _: httpx.Response(200, json={"success": True}), "a", 202),
        (lambda _: httpx.Response(200, json={"success": False, "error-codes": ["bad"]}), "a", 422),
        (lambda _: httpx.Response(200, json={"success": True}), "", 422),
        (lambda _: httpx.Response(500), "a", 202),
        (lambda _: httpx.Response(200, text="nonsense"), "a", 202),
    ],
    ids=["right", "wrong", "missing", "down", "nonsense"],
)
def test_sign_up_requires_the_captcha(harness: Harness, answer: Callable[[httpx.Request], httpx.Response], sent: str, status: int) -> None:
    async def run() -> None:
        async with harness:
            asked: list[httpx.Request] = []

            def serve(request: httpx.Request) -> httpx.Response:
                asked.append(request)
                return answer(request)

            harness.runtime.captcha = Captcha(SET_UP, transport=httpx.MockTransport(serve))
            given = {"email": "ada@example.com", "password": PASSWORD, "name": "Ada", "accept_terms": True, "captcha": sent}
            result = await harness.post("/api/v2/accounts", json=given)
            assert result.status_code == status
            if status == 422:
                assert [error["field"] for error in result.json()["errors"]] == ["captcha"]
                assert await harness.sql("SELECT 1 FROM sign_ups") == []
            if asked:
                form = parse_qs(asked[0].content.decode())
                assert form == {"secret": ["secret of the site"], "response": ["a"], "remoteip": ["203.0.113.7"]}

    asyncio.run(run())


def test_no_captcha_is_required_by_default(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            assert not harness.runtime.captcha.is_on
            await harness.runtime.captcha.require("", "203.0.113.7")

    asyncio.run(run())


def test_the_page_shows_the_captcha_and_the_security_policy_allows_it(place: Place) -> None:
    async def run() -> None:
        variables = {
            "PHOENIX_CAPTCHA_CHECK": "https://captcha.test/siteverify",
            "PHOENIX_CAPTCHA_SCRIPT": "https://captcha.test/api.js",
            "PHOENIX_CAPTCHA_SITE_KEY": "key-of-the-site",
        }
        async with Harness(place, variables) as harness:
            page = await harness.get("/sign-up")
            assert 'data-sitekey="key-of-the-site"' in page.text
            assert '<script src="https://captcha.test/api.js"' in page.text
            policy = page.headers["content-security-policy"]
            assert "script-src 'self' https://captcha.test;" in policy
            assert "frame-src https://captcha.test;" in policy
            assert "unsafe" not in policy

    asyncio.run(run())
