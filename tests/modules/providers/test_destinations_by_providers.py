"""Where someone was going, through an identity provider: a new account, an existing one that is connected, and the wrong account."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.harness import PASSWORD, Place
from tests.modules.sign_in.forms import TARGET, form_of, led_to, send
from tests.oidc.people import sign_up_by_password
from tests.oidc.running import CALLBACK, Provider, phoenix_with, running_provider, sign_in_with


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider(CALLBACK) as provider:
        yield provider


def test_a_new_account_by_a_provider_leads_on(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser:
            page = await browser.get(led_to(await sign_in_with(browser, on_to=TARGET)))
            other = html.unescape(page.text.partition('class="auth__head"')[2].partition('href="/sign-in?')[2].partition('"')[0])
            assert parse_qs(other) == {"next": [TARGET], "email": ["ada@example.com"]}
            assert led_to(await send(browser, page, "/sign-up/with", name="Ada", accept_terms="on")) == TARGET

    asyncio.run(run())


def test_a_new_account_that_takes_too_long_leads_on_after_signing_in_again(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser:
            shown = led_to(await sign_in_with(browser, on_to=TARGET))
            page = await browser.get(shown)
            harness.clock.advance(seconds=660)
            for answer in (await browser.get(shown), await send(browser, page, "/sign-up/with", name="Ada", accept_terms="on")):
                again = urlsplit(led_to(answer))
                assert (again.path, parse_qs(again.query)["next"]) == ("/sign-in", [TARGET])

    asyncio.run(run())


def test_connecting_an_existing_account_leads_on(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser:
            await sign_up_by_password(harness)
            page = await sign_in_with(browser, on_to=TARGET)
            connect = led_to(await send(browser, page, "/sign-in", password=PASSWORD))
            assert led_to(await send(browser, connect, "/settings/connect")) == TARGET

    asyncio.run(run())


def test_the_wrong_account_is_led_to_the_right_one_and_on(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser:
            await sign_up_by_password(harness)
            await harness.person("eve", password=True)
            await send(browser, "/sign-in", "/sign-in", email="eve@example.com", password=PASSWORD)
            await send(browser, "/help", "/sign-out")
            answer = await sign_in_with(browser, on_to=TARGET)
            await send(browser, answer, "/sign-in", email="eve@example.com", password=PASSWORD)
            wrong = await browser.get("/settings/connect")
            assert (wrong.status_code, form_of(wrong, "/sign-out")[1]["next"]) == (409, "/settings/connect")
            signed_out = led_to(await send(browser, wrong, "/sign-out"))
            connect = led_to(await send(browser, signed_out, "/sign-in", password=PASSWORD))
            assert led_to(await send(browser, connect, "/settings/connect")) == TARGET

    asyncio.run(run())
