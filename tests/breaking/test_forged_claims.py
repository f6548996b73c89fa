"""Access tokens with any claim or header that is odd, signed by our own key: each is refused with 401, none with 500."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import pytest
from joserfc import jwk, jws
from tests.factors import bearer
from tests.harness import Harness

from phoenix.modules.sessions.actions.tokens import Claims

# As JSON is sent, since some of it is nothing that Python writes.
ODD = [
    "null", "true", "false", '""', '"x"', "[]", "{}", "[1]", '["phoenix test"]', "0", "-1", "0.5", "1e400", "-1e400", "NaN", "Infinity",
    "-Infinity", "1e18", str(2**31), str(2**63), str(2**64), str(10**300), f"-{10**300}", '"1e400"', '"\\u0000"', '"\\ud800"', "[" * 50 + "]" * 50,
]  # fmt: skip
CLAIMS = (*Claims.__struct_fields__, "jti")
UNCHANGED = {"jti": set(ODD), "nbf": {"0"}, "renewal": {"0"}, "refresh": {"0"}}
# Tokens of the last release have none.
OPTIONAL = {"refresh"}


def part(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


class Forge:
    """Signs anything with the active key of an installation."""

    def __init__(self, key_id: str, key: jwk.ECKey, claims: dict[str, Any]) -> None:
        self.key = key
        self.header = {"alg": "ES256", "kid": key_id, "typ": "at+jwt"}
        self.claims = {name: json.dumps(value) for name, value in claims.items()}

    @classmethod
    async def of(cls, harness: Harness) -> Forge:
        await harness.person("ada", password=True)
        token = (await harness.sign_in("ada")).json()["access_token"]
        body = token.split(".")[1]
        row = (await harness.sql("SELECT id, sealed FROM signing_keys WHERE state = 'active'"))[0]
        secret = harness.runtime.keys.unseal("signing key", row["sealed"], bound_to=row["id"])
        assert secret is not None
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return cls(row["id"], jwk.ECKey.import_key(json.loads(secret)), claims)

    def token(self, claims: dict[str, str], header: dict[str, Any] | None = None) -> str:
        said = "{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in claims.items()) + "}"
        signed = f"{part(json.dumps(header or self.header))}.{part(said)}"
        signature = jws.JWSRegistry.algorithms["ES256"].sign(signed.encode(), self.key)
        return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


async def answer(harness: Harness, token: str) -> int:
    """A page, a hot read and a route of the API must agree."""
    paths = ("/api/v2/me", "/api/v2/sessions", "/settings/profile")
    found = [(await harness.get(path, headers=bearer(token))).status_code for path in paths]
    assert found in ([200, 200, 200], [401, 401, 303]), found
    return found[0]


@pytest.mark.parametrize("claim", CLAIMS)
def test_an_odd_claim_is_refused(harness: Harness, claim: str) -> None:
    async def run() -> None:
        async with harness:
            forge = await Forge.of(harness)
            assert await answer(harness, forge.token(forge.claims)) == 200
            found = {odd: await answer(harness, forge.token({**forge.claims, claim: odd})) for odd in ODD}
            expected = UNCHANGED.get(claim, set())
            assert found == {odd: 200 if odd in expected else 401 for odd in ODD}

    asyncio.run(run())


def test_a_missing_claim_is_refused(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            forge = await Forge.of(harness)
            for name in forge.claims:
                left = {key: value for key, value in forge.claims.items() if key != name}
                assert await answer(harness, forge.token(left)) == (200 if name in OPTIONAL else 401), name

    asyncio.run(run())


def test_a_token_is_only_good_where_and_when_it_says(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            forge = await Forge.of(harness)
            now = int(harness.clock.now().timestamp())
            for status, changes in {
                401: [{"iss": '"http://elsewhere.test"'}, {"iss": '"http://phoenix.test/"'}, {"nbf": str(now + 120)}, {"exp": str(now)}],
                200: [{"nbf": str(now)}, {"nbf": str(now + 59)}, {"exp": str(now + 1)}],
            }.items():
                for change in changes:
                    assert await answer(harness, forge.token({**forge.claims, **change})) == status, change

    asyncio.run(run())


HEADERS: list[dict[str, Any]] = [
    {"crit": []}, {"crit": ["exp"]}, {"crit": ["b64"], "b64": True}, {"crit": "exp"}, {"crit": None}, {"crit": ["made-up"], "made-up": 1},
    {"b64": False}, {"zip": "DEF"}, {"jku": "http://elsewhere.test"}, {"x5u": "http://elsewhere.test"}, {"cty": "JWT"}, {"alg": "none"},
    {"alg": ["ES256"]}, {"alg": None}, {"typ": "JWT"}, {"typ": "AT+JWT"}, {"typ": None}, {"kid": None}, {"kid": ["a"]}, {"kid": {"a": 1}},
]  # fmt: skip


def test_a_header_that_is_not_ours_is_refused(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            forge = await Forge.of(harness)
            for change in HEADERS:
                assert await answer(harness, forge.token(forge.claims, {**forge.header, **change})) == 401, change
            for header in ("[]", "null", "1", '"x"', "{", "", "[" * 300):
                assert await answer(harness, f"{part(header)}.{part('{}')}.AAAA{'A' * 82}") == 401, header

    asyncio.run(run())
