"""An identity is connected by whoever is signed in when it is connected, not when they returned from the provider, which takes a while to answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.harness import Harness, Place
from tests.modules.providers.test_a5_id_tokens import ISSUER, LISTED, claims
from tests.oidc.people import sign_in_by_password, sign_up_by_password, start_connecting
from tests.oidc.running import phoenix_with, problem_of, return_from_provider
from tests.oidc.standin import Heard, StandIn, reroute, standing_in
from tests.source import SOURCE

MEANWHILE = {
    "a reset ended the session": "UPDATE sessions SET ended_at = now(), end_reason = 'password_reset' WHERE audience = 'public'",
    "the account was locked": "UPDATE accounts SET locked_at = now() WHERE email = 'ada@example.com'",
}


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with standing_in() as stand_in:
        stand_in.issuer(ISSUER)
        yield stand_in


@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_an_identity_is_connected_only_while_its_owner_is_signed_in(place: Place, stand_in: StandIn, meanwhile: str) -> None:
    async def run() -> None:
        async with phoenix_with(place, LISTED) as harness, harness.new_client() as browser:
            await reroute(harness, stand_in)
            await sign_up_by_password(harness)
            await sign_in_by_password(browser)
            url = {name: values[0] for name, values in parse_qs(urlsplit(await start_connecting(browser)).query).items()}
            answer = await _back(harness, stand_in, browser, url, MEANWHILE[meanwhile])
            assert answer.headers.get("location") is None
            assert problem_of(answer) == "You've been signed out. Sign in and connect it again."
            assert await harness.sql("SELECT 1 FROM identities") == []

    asyncio.run(run())


async def _back(harness: Harness, stand_in: StandIn, browser: httpx.AsyncClient, url: dict[str, str], meanwhile: str) -> httpx.Response:
    """Return from the provider; while it answers, the statement is run."""
    loop = asyncio.get_running_loop()
    token = stand_in.signed(claims(harness, url["nonce"], sub="thief", email="thief@example.com"))

    def answer(_heard: Heard) -> tuple[int, object]:
        asyncio.run_coroutine_threadsafe(harness.sql(meanwhile), loop).result()
        return 200, {"access_token": "at", "token_type": "Bearer", "id_token": token}

    stand_in.answers["id.acme.example/token"] = answer
    query = httpx.QueryParams({"code": "c", "state": url["state"]})
    return await return_from_provider(browser, f"http://phoenix.test/sign-in/with/acme/callback?{query}")


def test_a_handler_that_waits_for_something_acts_for_whoever_is_signed_in_afterwards() -> None:
    """Handlers get their transaction from the kernel. One of their own is `transaction_of_caller`, which decides again, or nobody's."""
    web = [path for part in ("pages", "api") for path in (*SOURCE.rglob(f"modules/*/{part}.py"), *SOURCE.rglob(f"modules/*/{part}/*.py"))]
    own = {path.name: set(re.findall(r"\b(_?transaction(?:_of_\w+)?)\(", path.read_text(encoding="utf-8"))) for path in web}
    assert {name: found for name, found in own.items() if found} == {"provider.py": {"transaction_of_caller", "transaction_of_nobody"}}
