"""A5: no false claim in an ID token is accepted. The provider is a stand-in that sends whatever a test wants."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey, RSAKey
from tests.harness import Harness, Place
from tests.oidc.running import SECRET, phoenix_with, problem_of, return_from_provider, start_sign_in
from tests.oidc.standin import StandIn, reroute, signed_with_secret, standing_in, unsigned

from phoenix.modules.providers.actions.providers import VARIABLE, read_providers

ISSUER = "https://id.acme.example"
LISTED = {"name": "acme", "title": "Acme", "issuer": ISSUER, "client_id": "phoenix", "client_secret": SECRET}
FOUND = "/sign-up/with"


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with standing_in() as stand_in:
        stand_in.issuer(ISSUER)
        yield stand_in


def claims(harness: Harness, asked_nonce: str, **changes: Any) -> dict[str, Any]:
    """The claims of a valid ID token; None removes a claim."""
    now = int(harness.clock.now().timestamp())
    said = {
        "iss": ISSUER,
        "aud": "phoenix",
        "sub": "ada",
        "iat": now,
        "exp": now + 300,
        "nonce": asked_nonce,
        "email": "ada@example.com",
        "email_verified": True,
        **changes,
    }
    return {name: value for name, value in said.items() if value is not None}


def asked(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


async def trip(
    harness: Harness, stand_in: StandIn, make: Callable[[dict[str, Any]], str], *, said: dict[str, str] | None = None, **changes: Any
) -> httpx.Response:
    """Sign in at the provider and return with the ID token that `make` creates from the claims."""
    async with harness.new_client() as browser:
        url = asked(await start_sign_in(browser))
        stand_in.says("id.acme.example/token", make(claims(harness, url["nonce"], **changes)))
        query = httpx.QueryParams({"code": "c", "state": url["state"], **(said or {})})
        return await return_from_provider(browser, f"http://phoenix.test/sign-in/with/acme/callback?{query}")


def refused(answer: httpx.Response) -> None:
    assert answer.status_code == 422, answer.headers.get("location")
    assert problem_of(answer) == "The response from Acme could not be verified, so you are not signed in. Start again."


WRONG: dict[str, dict[str, Any]] = {
    "no nonce": {"nonce": None},
    "another nonce": {"nonce": "x" * 43},
    "a nonce that is not text": {"nonce": ["x"]},
    "no issuer": {"iss": None},
    "another issuer": {"iss": "https://evil.example"},
    "an issuer with a slash": {"iss": ISSUER + "/"},
    "an issuer in capitals": {"iss": ISSUER.upper()},
    "no audience": {"aud": None},
    "another audience": {"aud": "another"},
    "no audience in a list": {"aud": []},
    "several audiences and no azp": {"aud": ["phoenix", "another"]},
    "several audiences and another azp": {"aud": ["phoenix", "another"], "azp": "another"},
    "one audience and another azp": {"azp": "another"},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is a number": {"sub": 7},
    "an overlong subject": {"sub": "s" * 256},
    "no expiry": {"exp": None},
    "an expiry that is text": {"exp": "tomorrow"},
    "an expiry that is true": {"exp": True},
    "no time of issue": {"iat": None},
    "an expiry without end": {"exp": math.inf},
    "an expiry that is no number": {"exp": math.nan},
    "an expiry of 400 digits": {"exp": 10**400},
    "a negative expiry": {"exp": -(10**400)},
    "a time of issue of 400 digits": {"iat": 10**400},
    "a start that is text": {"nbf": "tomorrow"},
    "a start of 400 digits": {"nbf": 10**400},
    "a start far ahead": {"nbf": 2**40},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_token_with_a_wrong_claim_is_refused(place: Place, stand_in: StandIn, wrong: str) -> None:
    async def run() -> None:
        async with phoenix_with(place, LISTED) as harness:
            await reroute(harness, stand_in)
            refused(await trip(harness, stand_in, stand_in.signed, **WRONG[wrong]))
            assert await harness.events() == []
            assert (await trip(harness, stand_in, stand_in.signed)).headers["location"] == FOUND

    asyncio.run(run())


def test_clocks_may_differ_by_at_most_a_minute(place: Place, stand_in: StandIn) -> None:
    async def run() -> None:
        async with phoenix_with(place, LISTED) as harness:
            await reroute(harness, stand_in)
            now = int(harness.clock.now().timestamp())
            harness.clock.set(harness.clock.now().replace(microsecond=0))
            claimed: list[tuple[dict[str, Any], bool]] = [
                ({"exp": now - 59}, True),
                ({"exp": now - 60}, False),
                ({"iat": now + 60}, True),
                ({"iat": now + 61}, False),
                ({"nbf": now + 60}, True),
                ({"nbf": now + 61}, False),
            ]
            for changes, believed in claimed:
                answer = await trip(harness, stand_in, stand_in.signed, **changes)
                assert (answer.headers.get("location") == FOUND) == believed, changes

    asyncio.run(run())


def test_several_audiences_with_our_azp_are_accepted(place: Place, stand_in: StandIn) -> None:
    async def run() -> None:
        async with phoenix_with(place, LISTED) as harness:
            await reroute(harness, stand_in)
            answer = await trip(harness, stand_in, stand_in.signed, aud=["phoenix", "another"], azp="phoenix")
            assert answer.headers["location"] == FOUND

    asyncio.run(run())


def test_signatures_that_anyone_could_make_are_refused(place: Place, stand_in: StandIn) -> None:
    async def run() -> None:
        async with phoenix_with(place, LISTED) as harness:
            await reroute(harness, stand_in)
            public = stand_in.key.as_pem(private=False).decode()
            forged = RSAKey.generate_key(2048, {"kid": "one"})
            own = StandIn(0, key=forged)
            for make in (
                unsigned,
                lambda c: signed_with_secret(c, SECRET),
                lambda c: signed_with_secret(c, public),
                own.signed,
                lambda c: stand_in.signed(c, crit=[]),
                lambda c: stand_in.signed(c, crit=["b64"], b64=True),
                lambda c: own.signed(c, jwk=forged.as_dict(private=False)),
                lambda c: stand_in.signed(c)[:-6] + "AAAAAA",
                lambda c: stand_in.signed(c).rpartition(".")[0] + ".",
                lambda c: "not.a.token",
                lambda c: "",
            ):
                refused(await trip(harness, stand_in, make))
            assert await harness.events() == []

    asyncio.run(run())


def test_a_symmetric_key_in_the_key_set_is_not_used(place: Place, stand_in: StandIn) -> None:
    async def run() -> None:
        async with phoenix_with(place, LISTED) as harness:
            await reroute(harness, stand_in)
            stand_in.answers["id.acme.example/keys"] = (200, {"keys": [{"kty": "oct", "kid": "one", "k": "c2VjcmV0IHNlY3JldCBzZWNyZXQ"}]})
            refused(await trip(harness, stand_in, lambda c: signed_with_secret(c, "secret secret secret")))

    asyncio.run(run())


def test_an_unknown_key_is_looked_up_once(place: Place, stand_in: StandIn) -> None:
    async def run() -> None:
        async with phoenix_with(place, LISTED) as harness:
            await reroute(harness, stand_in)
            keys, discovery = "id.acme.example/keys", "id.acme.example/.well-known/openid-configuration"
            for _again in range(2):
                assert (await trip(harness, stand_in, stand_in.signed)).headers["location"] == FOUND
            assert (stand_in.count(keys), stand_in.count(discovery)) == (1, 1)
            stand_in.key = RSAKey.generate_key(2048, {"kid": "two"})
            assert (await trip(harness, stand_in, lambda c: stand_in.signed(c, kid="two"))).headers["location"] == FOUND
            assert stand_in.count(keys) == 2
            refused(await trip(harness, stand_in, lambda c: stand_in.signed(c, kid="nobody's")))
            assert stand_in.count(keys) == 3
            harness.clock.advance(hours=1)
            assert (await trip(harness, stand_in, lambda c: stand_in.signed(c, kid="two"))).headers["location"] == FOUND
            assert (stand_in.count(keys), stand_in.count(discovery)) == (4, 2)

    asyncio.run(run())


@pytest.mark.parametrize("verified", [False, None, "true", 1, "yes", ["true"]])
def test_an_address_is_trusted_only_if_the_provider_has_verified_it(place: Place, stand_in: StandIn, verified: Any) -> None:
    async def run() -> None:
        async with phoenix_with(place, LISTED) as harness:
            await reroute(harness, stand_in)
            answer = await trip(harness, stand_in, stand_in.signed, email_verified=verified)
            assert answer.status_code == 403
            assert "has no confirmed email address for you" in problem_of(answer)

    asyncio.run(run())


def test_userinfo_must_be_about_the_same_person_and_decides_whether_the_address_is_verified(place: Place, stand_in: StandIn) -> None:
    async def run() -> None:
        async with phoenix_with(place, LISTED) as harness:
            await reroute(harness, stand_in)
            stand_in.issuer(ISSUER, userinfo_endpoint=f"{ISSUER}/me")
            stand_in.answers["id.acme.example/me"] = (200, {"sub": "eve", "email": "ada@example.com", "email_verified": True})
            refused(await trip(harness, stand_in, stand_in.signed, email=None))
            # `email_verified` in the token does not apply to an address from another source.
            stand_in.answers["id.acme.example/me"] = (200, {"sub": "ada", "email": "ada@example.com", "email_verified": False})
            assert (await trip(harness, stand_in, stand_in.signed, email=None)).status_code == 403
            stand_in.answers["id.acme.example/me"] = (200, {"sub": "ada", "email": "ada@example.com", "email_verified": True})
            assert (await trip(harness, stand_in, stand_in.signed, email=None)).headers["location"] == FOUND
            assert stand_in.heard[-1].headers["authorization"] == "Bearer at"

    asyncio.run(run())


def test_the_issuer_of_a_response_must_match_if_present(place: Place, stand_in: StandIn) -> None:
    async def run() -> None:
        async with phoenix_with(place, LISTED) as harness:
            await reroute(harness, stand_in)
            assert (await trip(harness, stand_in, stand_in.signed, said={"iss": ISSUER})).headers["location"] == FOUND
            before = stand_in.count("id.acme.example/token")
            refused(await trip(harness, stand_in, stand_in.signed, said={"iss": "https://evil.example"}))
            assert stand_in.count("id.acme.example/token") == before, "the code was sent despite the fault"

    asyncio.run(run())


UNUSABLE: dict[str, Any] = {
    "another issuer": {"issuer": "https://evil.example"},
    "an issuer with a slash": {"issuer": ISSUER + "/"},
    "a token endpoint without TLS": {"token_endpoint": "http://id.acme.example/token"},
    "keys without TLS": {"jwks_uri": "http://id.acme.example/keys"},
    "an authorization endpoint that is not a web address": {"authorization_endpoint": "javascript:alert(1)"},
    "an endpoint with a password": {"token_endpoint": "https://a:b@id.acme.example/token"},
    "keys that are missing": {"jwks_uri": None},
    "a number": {"token_endpoint": 7},
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_an_untrustworthy_discovery_document_is_refused(place: Place, stand_in: StandIn, what: str) -> None:
    async def run() -> None:
        async with phoenix_with(place, LISTED) as harness, harness.new_client() as browser:
            await reroute(harness, stand_in)
            stand_in.issuer(ISSUER, **UNUSABLE[what])
            with pytest.raises(AssertionError, match="is not responding"):
                await start_sign_in(browser)

    asyncio.run(run())


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"a": "' + b"x" * 600_000 + b'"}', b"\xff\xfe"])
def test_a_response_that_is_too_large_or_not_json_is_refused(place: Place, stand_in: StandIn, body: bytes) -> None:
    async def run() -> None:
        async with phoenix_with(place, LISTED) as harness, harness.new_client() as browser:
            await reroute(harness, stand_in)
            stand_in.answers["id.acme.example/.well-known/openid-configuration"] = (200, body)
            with pytest.raises(AssertionError, match="is not responding"):
                await start_sign_in(browser)

    asyncio.run(run())


def test_production_requires_tls_even_on_this_machine() -> None:
    local = '[{"name": "acme", "issuer": "http://127.0.0.1:9", "client_id": "c", "client_secret": "s"}]'
    assert read_providers(local, production=False)
    with pytest.raises(Exception, match=f"{VARIABLE}: issuer of acme must be an https:// address"):
        read_providers(local, production=True)


def test_a_signature_with_an_elliptic_curve_key_is_accepted(place: Place, stand_in: StandIn) -> None:
    async def run() -> None:
        async with phoenix_with(place, LISTED) as harness:
            await reroute(harness, stand_in)
            stand_in.key = ECKey.generate_key("P-256", {"kid": "ec"})  # type: ignore[assignment]
            assert (await trip(harness, stand_in, lambda c: stand_in.signed(c, alg="ES256", kid="ec"))).headers["location"] == FOUND

    asyncio.run(run())
