"""A5, a launch blocker: OAuth callback addresses match exactly, whatever proxies, forgers and look-alikes do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import httpx
import pytest
from tests.harness import Harness, Place
from tests.oidc.running import (
    CALLBACK,
    Provider,
    phoenix_with,
    problem_of,
    redirect_target,
    return_from_provider,
    running_provider,
    sign_in_at_provider,
    start_sign_in,
)
from tests.oidc.running import csrf_of as token_of

SECURE = "https://phoenix.example/sign-in/with/acme/callback"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider(CALLBACK, SECURE) as provider:
        yield provider


@pytest.fixture(scope="module")
def other() -> Iterator[Provider]:
    with running_provider(CALLBACK) as provider:
        yield provider


def asked(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def changed(url: str, **values: str | None) -> str:
    """The address with some of its parameters changed or removed."""
    parts = urlsplit(url)
    kept = {name: value for name, value in {**asked(url), **values}.items() if value is not None}
    return urlunsplit(parts._replace(query=urlencode(kept)))


def refused(answer: httpx.Response, words: str) -> None:
    """The page shows a sentence, and nobody is signed in."""
    assert answer.status_code in {409, 422, 503}, (answer.status_code, answer.headers.get("location"))
    assert words in problem_of(answer)
    assert "phoenix_session" not in str(answer.headers.get_list("set-cookie"))


FORGED: list[dict[str, str]] = [
    {},
    {"Host": "evil.example"},
    {"Host": "phoenix.test:8000"},
    {"Host": "phoenix.test."},
    {"Host": "user@phoenix.test"},
    {"X-Forwarded-Host": "evil.example"},
    {"X-Forwarded-Proto": "https"},
    {"X-Forwarded-Proto": "http", "X-Forwarded-Port": "8080"},
    {"Forwarded": "host=evil.example;proto=http"},
    {"X-Original-URL": "/elsewhere", "X-Rewrite-URL": "/elsewhere"},
    {"Referer": "https://evil.example/sign-in"},
]


@pytest.mark.parametrize("trusted", ["", "203.0.113.0/24"], ids=["any peer", "trusted proxy"])
@pytest.mark.parametrize(
    ("public", "scheme", "expected"),
    [("http://phoenix.test", "http", CALLBACK), ("https://phoenix.example", "http", SECURE), ("https://phoenix.example", "https", SECURE)],
    ids=["http", "http behind https", "https"],
)
def test_the_callback_address_comes_from_the_settings_and_never_from_a_request(
    place: Place, provider: Provider, public: str, scheme: str, expected: str, trusted: str
) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed(), PHOENIX_PUBLIC_URL=public, PHOENIX_TRUSTED_PROXIES=trusted) as harness:
            for headers in FORGED:
                async with behind_proxy(harness, public, scheme) as browser:
                    page = await browser.get("/sign-in")
                    sent = {"csrf": token_of(page.text)}
                    url = await redirect_target(browser, await browser.post("/sign-in/with/acme", data=sent, headers=headers))
                    assert asked(url)["redirect_uri"] == expected, headers
            async with behind_proxy(harness, public, scheme) as browser:
                arrived = await sign_in_at_provider(await start_sign_in(browser))
                assert arrived.startswith(f"{expected}?")
                answer = await return_from_provider(browser, arrived)
                assert (answer.status_code, answer.headers["location"]) == (303, "/sign-up/with"), problem_of(answer)

    asyncio.run(run())


def behind_proxy(harness: Harness, public: str, scheme: str) -> httpx.AsyncClient:
    """A browser that uses the public address, where a proxy terminates TLS and forwards plain HTTP."""
    inner = harness.client._transport.app  # type: ignore[attr-defined]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await inner({**scope, "scheme": scheme}, receive, send)

    transport = httpx.ASGITransport(app=app, client=("203.0.113.7", 50_000), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=public)


LOOK_ALIKES = [
    "http://phoenix.test/sign-in/with/acme/callback/",
    "http://phoenix.test/sign-in/with/acme/callback?",
    "http://phoenix.test/sign-in/with/acme/callback?next=/",
    "http://phoenix.test/sign-in/with/acme/callback#",
    "http://phoenix.test/sign-in/with/acme/Callback",
    "http://phoenix.test/sign-in/with/acme/callback/../callback",
    "http://phoenix.test/sign-in/with/acme//callback",
    "http://phoenix.test/sign-in/with/acme/%63allback",
    "http://phoenix.test/sign-in/with/other/callback",
    "http://phoenix.test/sign-in/with/acme/callback.evil",
    "http://phoenix.test/",
    "http://phoenix.test:80/sign-in/with/acme/callback",
    "http://phoenix.test:8000/sign-in/with/acme/callback",
    "https://phoenix.test/sign-in/with/acme/callback",
    "http://PHOENIX.test/sign-in/with/acme/callback",
    "HTTP://phoenix.test/sign-in/with/acme/callback",
    "http://phoenix.test./sign-in/with/acme/callback",
    "http://ada@phoenix.test/sign-in/with/acme/callback",
    "http://phoenix.test@evil.example/sign-in/with/acme/callback",
    "http://phoenix.test.evil.example/sign-in/with/acme/callback",
    "http://www.phoenix.test/sign-in/with/acme/callback",
    "http://phoenix.test\\@evil.example/sign-in/with/acme/callback",
    "http://evil.example/sign-in/with/acme/callback",
    " http://phoenix.test/sign-in/with/acme/callback",
]


def test_a_provider_refuses_look_alikes_of_the_callback_address(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser:
            url = await start_sign_in(browser)
            for look_alike in LOOK_ALIKES:
                page = await sign_in_at_provider(changed(url, redirect_uri=look_alike))
                assert "invalid_redirect_uri" in page, look_alike
            assert (await sign_in_at_provider(url)).startswith(f"{CALLBACK}?")

    asyncio.run(run())


@pytest.mark.parametrize(
    "path",
    [
        "/sign-in/with/other/callback",
        "/sign-in/with/acme/Callback",
        "/sign-in/with/ACME/callback",
        "/sign-in/with/acme/callback/more",
    ],
)
def test_a_response_is_accepted_only_at_the_providers_own_callback(place: Place, provider: Provider, path: str) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed(), provider.listed("second")) as harness, harness.new_client() as browser:
            arrived = await sign_in_at_provider(await start_sign_in(browser))
            answer = await browser.get(f"{path}?{urlsplit(arrived).query}")
            assert answer.status_code == 404
            # Also not at the callback of another provider that is set up.
            refused(await browser.get(f"/sign-in/with/second/callback?{urlsplit(arrived).query}"), "has expired")
            assert await harness.events() == []

    asyncio.run(run())


def test_pkce_is_sent_and_the_provider_enforces_it(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser:
            url = await start_sign_in(browser)
            assert asked(url)["code_challenge_method"] == "S256"
            assert len(asked(url)["code_challenge"]) == 43
            without = await sign_in_at_provider(changed(url, code_challenge=None, code_challenge_method=None))
            assert "error=invalid_request" in without
            refused(await return_from_provider(browser, without), "Acme refused the sign-in.")
            # Someone else's code: its challenge is not that of our verifier.
            url = await start_sign_in(browser)
            stolen = await sign_in_at_provider(changed(url, code_challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"))
            assert "code=" in stolen
            refused(await return_from_provider(browser, stolen), "could not be verified")
            assert await harness.events() == []

    asyncio.run(run())


def test_a_missing_wrong_or_replayed_state_or_that_of_another_browser_is_refused(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser, harness.new_client() as stranger:
            for state in (None, "", "x" * 43):
                arrived = await sign_in_at_provider(await start_sign_in(browser))
                refused(await return_from_provider(browser, changed(arrived, state=state)), "has expired or was started in another window.")
            # Also in another browser that has started to sign in and has its own cookie: sign-in CSRF.
            arrived = await sign_in_at_provider(await start_sign_in(stranger))
            await start_sign_in(browser)
            refused(await return_from_provider(browser, arrived), "has expired")
            # Even with the other's encrypted cookie, since it can be decrypted only with the other's browser cookie.
            arrived, sealed = await sign_in_at_provider(await start_sign_in(stranger)), stranger.cookies["phoenix_provider"]
            browser.cookies.set("phoenix_provider", sealed, domain="phoenix.test", path="/")
            assert [c.value for c in browser.cookies.jar if c.name == "phoenix_provider"] == [sealed]
            refused(await return_from_provider(browser, arrived), "has expired")
            # A second time with everything unchanged, as from the browser's history with its old cookie.
            arrived = await sign_in_at_provider(await start_sign_in(browser))
            kept = browser.cookies["phoenix_provider"]
            assert (await return_from_provider(browser, arrived)).status_code == 303
            refused(await return_from_provider(browser, arrived), "has expired")
            browser.cookies.set("phoenix_provider", kept, domain="phoenix.test", path="/")
            refused(await return_from_provider(browser, arrived), "This response has already been used.")
            assert await harness.events() == []

    asyncio.run(run())


def test_a_callback_is_accepted_for_ten_minutes(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser:
            arrived = await sign_in_at_provider(await start_sign_in(browser))
            harness.clock.advance(minutes=10)
            refused(await return_from_provider(browser, arrived), "has expired")

    asyncio.run(run())


def test_a_provider_code_works_only_once(place: Place, provider: Provider) -> None:
    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser:
            first = await sign_in_at_provider(await start_sign_in(browser))
            assert (await return_from_provider(browser, first)).status_code == 303
            second = await sign_in_at_provider(await start_sign_in(browser))
            refused(await return_from_provider(browser, changed(second, code=asked(first)["code"])), "could not be verified")
            assert await harness.events() == []

    asyncio.run(run())


def test_a_response_of_another_provider_is_refused(place: Place, provider: Provider, other: Provider) -> None:
    """Mix-up (RFC 9207): the response names its issuer, and this provider promises to send it always."""

    async def run() -> None:
        async with phoenix_with(place, provider.listed()) as harness, harness.new_client() as browser:
            for issuer in (other.url, provider.url + "/", provider.url.upper(), "", None):
                arrived = await sign_in_at_provider(await start_sign_in(browser))
                assert asked(arrived)["iss"] == provider.url
                refused(await return_from_provider(browser, changed(arrived, iss=issuer)), "could not be verified")
            # The other provider's complete response to a request we sent to the first.
            url = await start_sign_in(browser)
            elsewhere = await sign_in_at_provider(urlunsplit(urlsplit(url)._replace(netloc=urlsplit(other.url).netloc)))
            assert asked(elsewhere)["iss"] == other.url
            refused(await return_from_provider(browser, elsewhere), "could not be verified")
            refused(
                await return_from_provider(
                    browser, changed(await sign_in_at_provider(await start_sign_in(browser)), code=asked(elsewhere)["code"])
                ),
                "could not be verified",
            )
            assert await harness.events() == []

    asyncio.run(run())
