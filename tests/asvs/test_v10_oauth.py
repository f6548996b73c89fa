"""ASVS 5.0, V6.8 and V10: which person an identity belongs to, and where the tokens of an identity provider go."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from tests.harness import Harness, Place
from tests.oidc.running import SECRET, csrf_of, phoenix_with, return_from_provider, start_sign_in
from tests.oidc.standin import StandIn, reroute, standing_in


def listed(name: str) -> dict[str, str]:
    issuer = f"https://id.{name}.example"
    return {"name": name, "title": name.title(), "issuer": issuer, "client_id": "phoenix", "client_secret": SECRET}


async def trip(
    harness: Harness, stand_in: StandIn, browser: httpx.AsyncClient, name: str, *, tokens: dict[str, Any], **said: Any
) -> httpx.Response:
    """Sign in at the provider and come back; `said` is what the provider says about the person."""
    asked = parse_qs(urlsplit(await start_sign_in(browser, name)).query)
    now = int(harness.clock.now().timestamp())
    claims = {"iss": f"https://id.{name}.example", "aud": "phoenix", "iat": now, "exp": now + 300, "nonce": asked["nonce"][0], **said}
    stand_in.says(f"id.{name}.example/token", stand_in.signed(claims), **tokens)
    query = httpx.QueryParams({"code": "the-code", "state": asked["state"][0]})
    return await return_from_provider(browser, f"http://phoenix.test/sign-in/with/{name}/callback?{query}")


def test_the_tokens_of_a_provider_stay_on_the_server(place: Place) -> None:
    """The code and our secret go to the token endpoint, the access token to the userinfo endpoint; no browser sees either."""

    async def run() -> None:
        with standing_in() as stand_in:
            stand_in.issuer("https://id.acme.example", userinfo_endpoint="https://id.acme.example/me")
            stand_in.answers["id.acme.example/me"] = (200, {"sub": "ada", "email": "ada@example.com", "email_verified": True})
            async with phoenix_with(place, listed("acme")) as harness, harness.new_client() as browser:
                await reroute(harness, stand_in)
                tokens = {"access_token": "access-token-of-acme", "refresh_token": "refresh-token-of-acme"}
                answer = await trip(harness, stand_in, browser, "acme", tokens=tokens, sub="ada")
                assert answer.headers["location"] == "/sign-up/with"
                page = await browser.get("/sign-up/with")
                assert (
                    await browser.post("/sign-up/with", data={"csrf": csrf_of(page.text), "name": "Ada", "accept_terms": "on"})
                ).status_code == 303
                seen = answer.text + str(answer.headers.raw) + str(dict(browser.cookies)) + page.text
                kept = str(await harness.sql("SELECT * FROM identities")) + str(await harness.sql("SELECT * FROM events"))
                assert "id.acme.example" in kept
                for secret in (*tokens.values(), SECRET):
                    assert secret not in seen
                    assert secret not in kept
                with_token = [request.path for request in stand_in.heard if "access-token-of-acme" in str(request.headers)]
                with_code = [request.path for request in stand_in.heard if "the-code" in str(request.form)]
                assert (with_token, with_code) == (["/me"], ["/token"])

    asyncio.run(run())


def test_an_identity_is_the_subject_at_one_provider(place: Place) -> None:
    """The same subject at another provider is someone else, even with the same address. With another address it is the same person."""

    async def run() -> None:
        with standing_in() as stand_in:
            for name in ("acme", "umbra"):
                stand_in.issuer(f"https://id.{name}.example")
            ada = {"sub": "1", "email": "ada@example.com", "email_verified": True}
            async with phoenix_with(place, listed("acme"), listed("umbra")) as harness, harness.new_client() as browser:
                await reroute(harness, stand_in)
                await trip(harness, stand_in, browser, "acme", tokens={}, **ada)
                page = await browser.get("/sign-up/with")
                await browser.post("/sign-up/with", data={"csrf": csrf_of(page.text), "name": "Ada", "accept_terms": "on"})
                assert (await browser.get("/settings/profile")).status_code == 200
                await harness.events()
                for said in (ada, {**ada, "email": "eve@example.com"}):
                    async with harness.new_client() as stranger:
                        answer = await trip(harness, stand_in, stranger, "umbra", tokens={}, **said)
                        assert "phoenix_session" not in str(answer.headers.get_list("set-cookie"))
                        assert (await stranger.get("/settings/profile")).status_code == 303
                assert await harness.events() == []
                async with harness.new_client() as other:
                    answer = await trip(harness, stand_in, other, "acme", tokens={}, **{**ada, "email": "ada@moved.example"})
                    assert "phoenix_session" in str(answer.headers.get_list("set-cookie"))
                    assert "ada@example.com" in (await other.get("/settings/address")).text
                async with harness.new_client() as stranger:
                    answer = await trip(harness, stand_in, stranger, "acme", tokens={}, **{**ada, "sub": "2"})
                    assert "phoenix_session" not in str(answer.headers.get_list("set-cookie"))

    asyncio.run(run())
