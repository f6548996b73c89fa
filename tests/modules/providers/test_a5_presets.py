"""A5: the presets, against a stand-in built from each provider's documentation."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from tests.harness import Harness, Place
from tests.oidc.running import csrf_of, phoenix_with, problem_of, return_from_provider, start_sign_in
from tests.oidc.standin import Heard, StandIn, apple_key, reroute, standing_in

SECRET = "the very secret value"
KEY, PEM = apple_key()
GOOGLE = {"name": "google", "client_id": "g", "client_secret": SECRET}
GITHUB = {"name": "github", "client_id": "h", "client_secret": SECRET}
MICROSOFT = {"name": "microsoft", "client_id": "m", "client_secret": SECRET, "tenant": "common"}
APPLE = {"name": "apple", "client_id": "example.phoenix", "team_id": "TEAM", "key_id": "KEYID", "private_key": PEM}
TENANT = "3aa4a235-b6e2-48d5-9195-7fcf05b459b0"
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"
FOUND = "/sign-up/with"


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with standing_in() as stand_in:
        yield stand_in


def asked(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


async def begin(harness: Harness, name: str) -> tuple[httpx.AsyncClient, dict[str, str]]:
    browser = harness.new_client()
    return browser, asked(await start_sign_in(browser, name))


async def return_to(browser: httpx.AsyncClient, name: str, **said: str) -> httpx.Response:
    return await return_from_provider(browser, f"http://phoenix.test/sign-in/with/{name}/callback?{httpx.QueryParams(said)}")


def now_of(harness: Harness) -> dict[str, int]:
    now = int(harness.clock.now().timestamp())
    return {"iat": now, "exp": now + 300}


def test_sign_in_with_google(place: Place, stand_in: StandIn) -> None:
    async def run() -> None:
        async with phoenix_with(place, GOOGLE) as harness:
            await reroute(harness, stand_in)
            ends = {"token_endpoint": "https://oauth2.googleapis.com/token", "jwks_uri": "https://www.googleapis.com/oauth2/v3/certs"}
            stand_in.issuer("https://accounts.google.com", **ends)
            stand_in.answers["www.googleapis.com/oauth2/v3/certs"] = stand_in.answers["accounts.google.com/keys"]
            for issuer in ("https://accounts.google.com", "accounts.google.com"):
                browser, url = await begin(harness, "google")
                claims = {"iss": issuer, "aud": "g", "sub": "1098", "nonce": url["nonce"], "email": "ada@gmail.com", "email_verified": True}
                stand_in.says("oauth2.googleapis.com/token", stand_in.signed({**claims, **now_of(harness), "name": "Ada"}))
                answer = await return_to(browser, "google", code="c", state=url["state"])
                assert answer.headers["location"] == FOUND, problem_of(answer)
                page = await browser.get(FOUND)
                await browser.aclose()
                assert "Google has confirmed <strong>ada@gmail.com</strong>." in page.text

    asyncio.run(run())


EMAILS = [
    ([{"email": "ada@example.com", "primary": True, "verified": True}], True),
    ([{"email": "bo@example.com", "primary": False, "verified": True}, {"email": "ada@example.com", "primary": True, "verified": True}], True),
    ([{"email": "ada@example.com", "primary": True, "verified": False}], False),
    ([{"email": "ada@example.com", "primary": False, "verified": True}], False),
    ([{"email": "bo@example.com", "primary": True, "verified": False}, {"email": "ada@example.com", "primary": False, "verified": True}], False),
    ([{"email": "ada@example.com", "primary": True, "verified": "true"}], False),
    ([], False),
    ({"message": "no"}, False),
]  # fmt: skip


@pytest.mark.parametrize(("emails", "counts"), EMAILS)
def test_sign_in_with_github(place: Place, stand_in: StandIn, emails: Any, counts: bool) -> None:
    async def run() -> None:
        async with phoenix_with(place, GITHUB) as harness:
            await reroute(harness, stand_in)
            stand_in.answers["github.com/login/oauth/access_token"] = (200, {"access_token": "gho_x", "token_type": "bearer"})
            # The public address in the profile is not verified.
            stand_in.answers["api.github.com/user"] = (200, {"id": 583231, "login": "ada", "name": "Ada", "email": "eve@example.com"})
            stand_in.answers["api.github.com/user/emails"] = (200, emails)
            browser, url = await begin(harness, "github")
            assert url["scope"] == "read:user user:email"
            answer = await return_to(browser, "github", code="c", state=url["state"])
            exchange = next(one for one in stand_in.heard if one.path.endswith("access_token"))
            assert exchange.headers["accept"] == "application/json"
            assert exchange.form["client_secret"] == SECRET
            assert exchange.form["code_verifier"]
            assert stand_in.heard[-1].headers["authorization"] == "Bearer gho_x"
            if not counts:
                assert answer.status_code == 403
                await browser.aclose()
                return
            assert answer.headers["location"] == FOUND
            page = await browser.get(FOUND)
            assert "<strong>ada@example.com</strong>" in page.text
            await browser.post(FOUND, data={"csrf": csrf_of(page.text), "name": "Ada", "accept_terms": "on"})
            await browser.aclose()
            (row,) = await harness.sql("SELECT issuer, subject FROM identities")
            assert tuple(row) == ("https://github.com/login/oauth", "583231")

    asyncio.run(run())


def test_a_code_that_github_refuses_with_status_200_is_refused(place: Place, stand_in: StandIn) -> None:
    async def run() -> None:
        async with phoenix_with(place, GITHUB) as harness:
            await reroute(harness, stand_in)
            stand_in.answers["github.com/login/oauth/access_token"] = (200, {"error": "bad_verification_code"})
            browser, url = await begin(harness, "github")
            answer = await return_to(browser, "github", code="c", state=url["state"])
            await browser.aclose()
            assert (answer.status_code, "could not be verified" in problem_of(answer)) == (422, True)

    asyncio.run(run())


def v2(tenant: str) -> str:
    return f"https://login.microsoftonline.com/{tenant}/v2.0"


TENANTS = [
    # The setting, the issuer and tid in the token, and whether the token is accepted.
    ("common", v2(TENANT), TENANT, True),
    ("common", v2(PERSONAL), PERSONAL, True),
    ("common", v2(TENANT), PERSONAL, False),
    ("common", v2(TENANT), None, False),
    ("common", v2("{tenantid}"), "{tenantid}", False),
    ("common", v2("evil/" + TENANT), "evil/" + TENANT, False),
    ("common", f"https://login.evil.example/{TENANT}/v2.0", TENANT, False),
    ("common", f"https://sts.windows.net/{TENANT}/", TENANT, False),
    ("organizations", v2(TENANT), TENANT, True),
    ("organizations", v2(PERSONAL), PERSONAL, False),
    ("consumers", v2(PERSONAL), PERSONAL, True),
    ("consumers", v2(TENANT), TENANT, False),
    (TENANT, v2(TENANT), TENANT, True),
    (TENANT, v2(PERSONAL), PERSONAL, False),
]


@pytest.mark.parametrize(("setting", "issuer", "tid", "believed"), TENANTS)
def test_the_issuer_of_a_microsoft_token_must_match_its_tenant(
    place: Place, stand_in: StandIn, setting: str, issuer: str, tid: str | None, believed: bool
) -> None:
    async def run() -> None:
        async with phoenix_with(place, {**MICROSOFT, "tenant": setting}) as harness:
            await reroute(harness, stand_in)
            served = {"consumers": PERSONAL}.get(setting, setting)
            stand_in.issuer(v2(served), **({"issuer": v2("{tenantid}")} if setting in {"common", "organizations"} else {}))
            browser, url = await begin(harness, "microsoft")
            claims = {"iss": issuer, "tid": tid, "aud": "m", "sub": "AAA", "nonce": url["nonce"], "email": "ada@example.com"}
            token = stand_in.signed({**claims, **now_of(harness), "email_verified": True})
            stand_in.says(f"login.microsoftonline.com/{served}/v2.0/token", token)
            answer = await return_to(browser, "microsoft", code="c", state=url["state"])
            await browser.aclose()
            assert (answer.headers.get("location") == FOUND) == believed, problem_of(answer)

    asyncio.run(run())


@pytest.mark.parametrize("more", [{}, {"xms_edov": True}, {"email_verified": False}, {"verified_primary_email": ["ada@example.com"]}])
def test_an_address_that_microsoft_does_not_verify_is_not_trusted(place: Place, stand_in: StandIn, more: dict[str, Any]) -> None:
    async def run() -> None:
        async with phoenix_with(place, {**MICROSOFT, "tenant": TENANT}) as harness:
            await reroute(harness, stand_in)
            stand_in.issuer(v2(TENANT))
            browser, url = await begin(harness, "microsoft")
            claims = {"iss": v2(TENANT), "tid": TENANT, "aud": "m", "sub": "AAA", "nonce": url["nonce"], "email": "ada@example.com", **more}
            stand_in.says(f"login.microsoftonline.com/{TENANT}/v2.0/token", stand_in.signed({**claims, **now_of(harness)}))
            answer = await return_to(browser, "microsoft", code="c", state=url["state"])
            await browser.aclose()
            assert answer.status_code == 403

    asyncio.run(run())


def apple_answers(harness: Harness, stand_in: StandIn) -> dict[str, Any]:
    """Set up Apple's endpoints; the caller adds the nonce."""
    ends = {
        "authorization_endpoint": "https://appleid.apple.com/auth/authorize",
        "token_endpoint": "https://appleid.apple.com/auth/token",
        "jwks_uri": "https://appleid.apple.com/auth/keys",
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    }
    stand_in.issuer("https://appleid.apple.com", **ends)
    stand_in.answers["appleid.apple.com/auth/keys"] = stand_in.answers["appleid.apple.com/keys"]
    said: dict[str, Any] = {
        "iss": "https://appleid.apple.com",
        "aud": "example.phoenix",
        "sub": "001.abc",
        "email": "x@privaterelay.appleid.com",
    }

    def token(request: Heard) -> tuple[int, Any]:
        secret = jwt.decode(request.form["client_secret"], KEY, algorithms=["ES256"])
        now = harness.clock.now().timestamp()
        right = (
            secret.header == {"alg": "ES256", "kid": "KEYID", "typ": "JWT"}
            and secret.claims["iss"] == "TEAM"
            and secret.claims["sub"] == "example.phoenix"
            and secret.claims["aud"] == "https://appleid.apple.com"
            and secret.claims["iat"] <= now < secret.claims["exp"] <= now + 15_777_000
            and "authorization" not in request.headers
        )
        return (
            (200, {"access_token": "a", "id_token": stand_in.signed({**said, **now_of(harness)})})
            if right
            else (400, {"error": "invalid_client"})
        )

    stand_in.answers["appleid.apple.com/auth/token"] = token
    return said


def test_sign_in_with_apple(place: Place, stand_in: StandIn) -> None:
    """Apple responds with a form from its own site. Only the first one contains the name, and `email_verified` is the text "true"."""

    async def run() -> None:
        async with phoenix_with(place, APPLE) as harness:
            await reroute(harness, stand_in)
            said = apple_answers(harness, stand_in)
            browser, url = await begin(harness, "apple")
            assert (url["response_mode"], url["scope"]) == ("form_post", "openid email name")
            said |= {"nonce": url["nonce"], "email_verified": "true", "is_private_email": "true"}
            user = json.dumps({"name": {"firstName": "Ada", "lastName": "Byron"}, "email": "eve@example.com"})
            headers = {"Origin": "https://appleid.apple.com", "Sec-Fetch-Site": "cross-site", "Cookie": ""}
            form = {"code": "c", "state": url["state"], "user": user}
            # A browser sends none of our cookies with such a form.
            bounced = await harness.client.post("/sign-in/with/apple/callback", data=form, headers=headers)
            assert bounced.status_code == 303
            assert "Byron" not in bounced.headers["location"]
            name = re.search(r"(phoenix_name_elsewhere)=([^;]+)", bounced.headers["set-cookie"])
            assert name
            browser.cookies.set(name[1], name[2])
            answer = await browser.get(bounced.headers["location"])
            assert answer.headers["location"] == FOUND, problem_of(answer)
            page = await browser.get(FOUND)
            assert 'value="Ada Byron"' in page.text
            assert "<strong>x@privaterelay.appleid.com</strong>" in page.text
            await browser.aclose()

    asyncio.run(run())


def test_apples_form_does_nothing_without_the_browsers_cookie(place: Place, stand_in: StandIn) -> None:
    async def run() -> None:
        async with phoenix_with(place, APPLE, GOOGLE) as harness, harness.new_client() as stranger:
            await reroute(harness, stand_in)
            said = apple_answers(harness, stand_in)
            browser, url = await begin(harness, "apple")
            said |= {"nonce": url["nonce"], "email_verified": "true"}
            bounced = await stranger.post("/sign-in/with/apple/callback", data={"code": "c", "state": url["state"]})
            answer = await stranger.get(bounced.headers["location"])
            assert "has expired" in problem_of(answer)
            # The person cancelled, and the form says so.
            bounced = await browser.post("/sign-in/with/apple/callback", data={"error": "user_cancelled_authorize", "state": url["state"]})
            answer = await browser.get(bounced.headers["location"])
            assert problem_of(answer) == "You cancelled at Apple."
            assert await harness.events() == []
            await browser.aclose()

    asyncio.run(run())


@pytest.mark.parametrize(
    "user", ["", "{", "[]", "null", '{"name": null}', '{"name": {"firstName": "<b>"}}', '{"name": {"firstName": 1, "lastName": {}}}']
)
def test_a_malformed_name_from_apple_is_ignored(place: Place, stand_in: StandIn, user: str) -> None:
    async def run() -> None:
        async with phoenix_with(place, APPLE) as harness:
            answer = await harness.client.post("/sign-in/with/apple/callback", data={"code": "c", "state": "s", "user": user})
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/with/apple/callback?code=c&state=s")

    asyncio.run(run())
