"""A5: after a wrong response of a provider nobody is signed in, and the page says what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from tests.harness import Place
from tests.modules.providers.test_a5_presets import GITHUB, GOOGLE, MICROSOFT, begin, now_of, return_to, v2
from tests.oidc.running import phoenix_with, problem_of
from tests.oidc.standin import StandIn, standing_in
from tests.oidc.standin import reroute as ask_instead

DOWN, WRONG = "is not responding", "could not be verified"
TENANT, OTHER = "3aa4a235-b6e2-48d5-9195-7fcf05b459b0", "9188040d-6c67-4c5b-b112-36a304b66dad"
GITHUB_TOKEN, GITHUB_USER = "github.com/login/oauth/access_token", "api.github.com/user"
GOOGLE_TOKEN = "accounts.google.com/token"


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with standing_in() as stand_in:
        stand_in.issuer("https://accounts.google.com")
        yield stand_in


# The configured provider, the stand-in's responses, and the message on the page.
ANSWERS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "the exchange of the code fails": (GITHUB, {GITHUB_TOKEN: (502, {})}, DOWN),
    "there is no access token": (GITHUB, {GITHUB_TOKEN: (200, {"token_type": "bearer"})}, WRONG),
    "an access token that cannot be in a header": (GITHUB, {GITHUB_TOKEN: (200, {"access_token": "gho\nX-Evil: 1"})}, WRONG),
    "the request for the person fails": (GITHUB, {GITHUB_TOKEN: (200, {"access_token": "gho_x"}), GITHUB_USER: (500, {})}, DOWN),
    "the response names no person": (GITHUB, {GITHUB_TOKEN: (200, {"access_token": "gho_x"}), GITHUB_USER: (200, {"login": "ada"})}, WRONG),
    "a person with an invalid number": (GITHUB, {GITHUB_TOKEN: (200, {"access_token": "gho_x"}), GITHUB_USER: (200, {"id": True})}, WRONG),
    "there is no ID token": (GOOGLE, {GOOGLE_TOKEN: (200, {"access_token": "at"})}, WRONG),
    "an ID token that is not text": (GOOGLE, {GOOGLE_TOKEN: (200, {"access_token": "at", "id_token": {"sub": "1"}})}, WRONG),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_a_wrong_response_signs_nobody_in(place: Place, stand_in: StandIn, what: str) -> None:
    listed, answers, words = ANSWERS[what]

    async def run() -> None:
        async with phoenix_with(place, listed) as harness:
            await ask_instead(harness, stand_in)
            stand_in.answers |= answers
            browser, url = await begin(harness, listed["name"])
            answer = await return_to(browser, listed["name"], code="c", state=url["state"])
            await browser.aclose()
            assert words in problem_of(answer)
            assert await harness.events() == []

    asyncio.run(run())


KEYS: dict[str, Any] = {"no response": (500, {}), "no keys": (200, {}), "keys that are text": (200, {"keys": "one"}), "a list": (200, [1])}


@pytest.mark.parametrize("keys", KEYS.values(), ids=KEYS)
def test_no_token_is_accepted_if_the_keys_are_unreadable(place: Place, stand_in: StandIn, keys: Any) -> None:
    async def run() -> None:
        async with phoenix_with(place, GOOGLE) as harness:
            await ask_instead(harness, stand_in)
            browser, url = await begin(harness, "google")
            claims = {"iss": "https://accounts.google.com", "aud": "g", "sub": "1", "nonce": url["nonce"], "email": "ada@gmail.com"}
            stand_in.says(GOOGLE_TOKEN, stand_in.signed({**claims, "email_verified": True, **now_of(harness)}))
            stand_in.answers["accounts.google.com/keys"] = keys
            answer = await return_to(browser, "google", code="c", state=url["state"])
            await browser.aclose()
            assert DOWN in problem_of(answer)
            assert await harness.events() == []

    asyncio.run(run())


@pytest.mark.parametrize(("said", "words"), [(v2(TENANT), ""), (v2(OTHER), WRONG)])
def test_the_issuer_of_a_microsoft_response_must_match_the_tenant_of_the_token(
    place: Place, stand_in: StandIn, said: str, words: str
) -> None:
    async def run() -> None:
        async with phoenix_with(place, {**MICROSOFT, "tenant": "common"}) as harness:
            await ask_instead(harness, stand_in)
            stand_in.issuer(v2("common"), issuer=v2("{tenantid}"))
            browser, url = await begin(harness, "microsoft")
            claims = {"iss": v2(TENANT), "tid": TENANT, "aud": "m", "sub": "A", "nonce": url["nonce"], "email": "ada@example.com"}
            token = stand_in.signed({**claims, "email_verified": True, **now_of(harness)})
            stand_in.says("login.microsoftonline.com/common/v2.0/token", token)
            answer = await return_to(browser, "microsoft", code="c", state=url["state"], iss=said)
            await browser.aclose()
            assert words in problem_of(answer)
            assert (answer.headers.get("location") == "/sign-up/with") == (words == "")

    asyncio.run(run())
