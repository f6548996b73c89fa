"""A5: signing in with a real OpenID provider, new accounts, and connecting an existing account only with consent."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterator

import httpx
import pyotp
import pytest
from tests.harness import PASSWORD, Place
from tests.oidc.people import is_signed_in, press, sign_in_by_password, sign_up, sign_up_by_password, start_connecting
from tests.oidc.running import (
    CALLBACK,
    Provider,
    csrf_of,
    phoenix_with,
    problem_of,
    return_from_provider,
    running_provider,
    sign_in_at_provider,
    sign_in_with,
    start_sign_in,
)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider(CALLBACK) as provider:
        yield provider


@pytest.fixture(scope="module")
def with_id_token_address() -> Iterator[Provider]:
    """A provider that puts the address into the ID token."""
    with running_provider(CALLBACK, in_token=True) as provider:
        yield provider


@pytest.mark.parametrize("which", ["provider", "with_id_token_address"])
def test_an_account_is_created_at_the_first_sign_in_and_found_at_the_next(place: Place, which: str, request: pytest.FixtureRequest) -> None:
    provider: Provider = request.getfixturevalue(which)

    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser, harness.new_client() as other:
            answer = await sign_in_with(browser)
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-up/with")
            assert await harness.events() == []
            page = await browser.get("/sign-up/with")
            assert 'value="Ada Byron"' in page.text
            assert "<strong>ada@example.com</strong>" in page.text
            token = csrf_of(page.text)
            again = await browser.post("/sign-up/with", data={"csrf": token, "name": " "})
            assert again.status_code == 422
            assert "Accept the terms to continue." in again.text
            answer = await browser.post("/sign-up/with", data={"csrf": token, "name": "Ada B.", "accept_terms": "on"})
            assert answer.status_code == 303
            assert await harness.events() == ["accounts.created", "providers.identity_connected", "sessions.started"]
            (row,) = await harness.sql(
                "SELECT a.email, a.name, a.password_hash, i.* FROM accounts a JOIN identities i ON i.account_id = a.id"
            )
            assert (row["email"], row["name"], row["password_hash"]) == ("ada@example.com", "Ada B.", "!")
            assert (row["issuer"], row["subject"], row["provider"]) == (provider.url, "ada", "acme")
            # Sending the form twice creates one account.
            twice = await browser.post("/sign-up/with", data={"csrf": token, "name": "Ada B.", "accept_terms": "on"})
            assert (twice.status_code, twice.headers["location"]) == (303, answer.headers["location"])
            assert await harness.events() == []
            answer = await sign_in_with(other, on_to="/settings/sessions")
            assert (answer.status_code, answer.headers["location"]) == (303, "/settings/sessions")
            assert await is_signed_in(other)
            assert (await harness.sql("SELECT method FROM sessions ORDER BY created_at DESC LIMIT 1"))[0]["method"] == "oidc:acme"

    asyncio.run(run())


def test_an_address_that_has_an_account_by_now_is_not_signed_up_again(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser:
            await sign_in_with(browser)
            await sign_up_by_password(harness)
            form = {"csrf": csrf_of((await browser.get("/sign-up/with")).text), "name": "Ada", "accept_terms": "on"}
            refused = await browser.post("/sign-up/with", data=form)
            assert problem_of(refused) == "An account with this address already exists. Sign in to it."
            assert await harness.sql("SELECT 1 FROM identities") == []
            assert not await is_signed_in(browser)

    asyncio.run(run())


def test_a_pending_sign_up_can_be_finished_once_within_ten_minutes(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser, harness.new_client() as other:
            await sign_in_with(browser)
            kept = browser.cookies["phoenix_identity"]
            other.cookies.set("phoenix_identity", kept)
            assert (await other.get("/sign-up/with")).headers["location"] == "/sign-in", "another browser"
            harness.clock.advance(minutes=10)
            assert (await browser.get("/sign-up/with")).headers["location"] == "/sign-in"
            assert await harness.events() == []

    asyncio.run(run())


@pytest.mark.parametrize("as_", ["unverified", "silent", "text", "nameless"])
@pytest.mark.parametrize("which", ["provider", "with_id_token_address"])
def test_an_unverified_address_gives_no_access_to_an_account(place: Place, which: str, as_: str, request: pytest.FixtureRequest) -> None:
    provider: Provider = request.getfixturevalue(which)

    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser:
            await sign_up_by_password(harness)
            await harness.events()
            answer = await sign_in_with(browser, as_=as_)
            assert answer.status_code == 403
            assert "Acme has no confirmed email address for you" in problem_of(answer)
            assert (await browser.get("/sign-up/with")).headers["location"] == "/sign-in"
            assert (await harness.events(), await harness.sql("SELECT 1 FROM identities")) == ([], [])

    asyncio.run(run())


def test_an_unusual_address_is_accepted(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser:
            assert (await sign_up(browser, "odd")).status_code == 303
            (row,) = await harness.sql("SELECT email, email_key FROM accounts")
            assert tuple(row) == ("O'Brien+oidc@exämple.com", "o'brien+oidc@xn--exmple-cua.com")

    asyncio.run(run())


def test_cancelling_at_the_provider_is_explained(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser:
            answer = await sign_in_with(browser, as_="cancel", remember=True, on_to="/settings/profile")
            assert problem_of(answer) == "You cancelled at Acme."
            assert 'name="next" value="/settings/profile"' in answer.text
            assert re.search(r'name="remember"[^>]* checked', answer.text)
            assert await harness.events() == []

    asyncio.run(run())


def test_the_second_factor_is_still_asked_for(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser, harness.new_client() as other:
            await sign_up(browser)
            await press(browser, "/settings/security", "/settings/totp/begin")
            page = await browser.get("/settings/totp")
            secret = re.search(r"[A-Z2-7]{32}", page.text)[0]  # type: ignore[index]
            code = pyotp.TOTP(secret).at(harness.clock.now())
            assert (await browser.post("/settings/totp", data={"csrf": csrf_of(page.text), "code": code})).status_code == 303
            answer = await sign_in_with(other, remember=True)
            assert answer.headers["location"].startswith("/sign-in/second-step?")
            assert not await is_signed_in(other)
            page = await other.get(answer.headers["location"])
            harness.clock.advance(seconds=30)
            sent = {"csrf": csrf_of(page.text), "method": "totp", "code": pyotp.TOTP(secret).at(harness.clock.now()), "next": "/"}
            answer = await other.post("/sign-in/second-step", data=sent)
            assert answer.status_code == 303
            assert await is_signed_in(other)
            (row,) = await harness.sql("SELECT method, remembered FROM sessions ORDER BY created_at DESC LIMIT 1")
            assert tuple(row) == ("oidc:acme+totp", True)

    asyncio.run(run())


@pytest.mark.parametrize("remember", [True, False])
def test_remember_me_works_as_for_a_password(place: Place, provider: Provider, remember: bool) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as first, harness.new_client() as second:
            await sign_up_by_password(harness)
            page = await first.get("/sign-in")
            sent = {
                "csrf": csrf_of(page.text),
                "email": "ada@example.com",
                "password": PASSWORD,
                **({"remember": "on"} if remember else {}),
            }
            by_password = await first.post("/sign-in", data=sent)
            await start_connecting(first)
            answer = await return_from_provider(first, await sign_in_at_provider(await start_connecting(first)))
            assert answer.headers["location"] == "/settings/security"
            by_provider = await sign_in_with(second, remember=remember)
            rows = await harness.sql("SELECT remembered, idle_seconds, until - created_at AS lasts FROM sessions WHERE method <> 'test'")
            assert len({tuple(row) for row in rows if row["remembered"] == remember}) == 1
            assert re.sub(r"pho_[\w-]+", "", cookie(by_password)) == re.sub(r"pho_[\w-]+", "", cookie(by_provider))
            assert ("Max-Age=7776000" in cookie(by_provider)) == remember

    asyncio.run(run())


def cookie(answer: httpx.Response) -> str:
    return next(c for c in answer.headers.get_list("set-cookie") if c.startswith("phoenix_session="))


def test_a_provider_that_is_down_is_explained(place: Place) -> None:
    async def run() -> None:
        with running_provider(CALLBACK) as gone:
            pass
        async with phoenix_with(place, gone.listed()) as harness, harness.new_client() as browser:
            page = await browser.get("/sign-in")
            sent = {"csrf": csrf_of(page.text), "next": "/settings/profile", "remember": "on"}
            answer = await browser.post("/sign-in/with/acme", data=sent)
            assert answer.status_code == 503
            assert problem_of(answer) == "Acme is not responding. Try again in a minute or use another method."
            assert 'name="next" value="/settings/profile"' in answer.text
            assert re.search(r'name="remember"[^>]* checked', answer.text)
            await sign_up_by_password(harness)
            assert (await sign_in_by_password(browser)).status_code == 303

    asyncio.run(run())


def test_a_provider_that_goes_down_before_the_callback_is_explained(place: Place) -> None:
    async def run() -> None:
        async with contextlib.AsyncExitStack() as stack:
            with running_provider(CALLBACK) as gone:
                harness = await stack.enter_async_context(phoenix_with(place, gone.listed()))
                browser = await stack.enter_async_context(harness.new_client())
                arrived = await sign_in_at_provider(await start_sign_in(browser))
            answer = await return_from_provider(browser, arrived)
            assert (answer.status_code, "Acme is not responding." in problem_of(answer)) == (503, True)

    asyncio.run(run())


def test_api_clients_can_list_the_providers(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness:
            answer = await harness.get("/api/v2/providers")
            assert answer.json() == {"items": [{"name": "acme", "title": "Acme"}], "next_cursor": None}

    asyncio.run(run())
