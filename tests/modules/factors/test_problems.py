"""The responses of second factors and passkeys when there is nothing to confirm, replace or read."""

from __future__ import annotations

import asyncio

import pyotp
import pytest
from tests.asvs.browsing import press
from tests.harness import Harness
from tests.modules.factors.passkeys import OPTIONS
from tests.oidc.running import problem_of
from tests.scenario import Scenario, call, changes_nothing, fires_nothing, person, play, problem, table

from phoenix.kernel.runtime import Runtime
from phoenix.modules.factors.actions import second_factor


@table(
    Scenario(
        "an authenticator app that is not being set up has nothing to confirm",
        given=[person("ada")],
        when=call("POST", "/api/v2/totp/confirm", by="ada", json={"code": "123456"}),
        then=[problem(409, "no_second_factor"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "backup codes require an authenticator app",
        given=[person("ada")],
        when=call("POST", "/api/v2/backup_codes", by="ada"),
        then=[problem(409, "no_second_factor"), fires_nothing(), changes_nothing()],
    ),
)
def test_actions_that_are_refused(harness: Harness, scenario: Scenario) -> None:
    play(harness, scenario)


def test_the_length_of_an_authenticators_response_is_limited(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            offer = (await harness.post(OPTIONS, json={})).json()
            sent = {"challenge": offer["challenge"], "credential": "x" * 20_001}
            refused = await press(browser, "/sign-in", to="/sign-in/passkey", **sent)
            assert refused.status_code == 422
            assert problem_of(refused) == "This passkey doesn't work here. Use another device."

    asyncio.run(run())


def test_an_app_that_another_request_turned_on_first_is_not_turned_on_again(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its backup codes are hashed before the transaction; whoever is faster has shown theirs by then."""
    hashing = second_factor._new_backup_codes

    async def run() -> None:
        async with harness:
            ada = await harness.person("ada", password=True)
            secret = (await harness.post("/api/v2/totp", by="ada")).json()["secret"]
            await harness.events()

            async def slowly(runtime: Runtime, account: str) -> dict[str, bytes]:
                await harness.sql("UPDATE totp_secrets SET confirmed_at = now() WHERE account_id = $1", ada.id)
                return await hashing(runtime, account)

            monkeypatch.setattr(second_factor, "_new_backup_codes", slowly)
            code = pyotp.TOTP(secret).at(harness.clock.now())
            refused = await harness.post("/api/v2/totp/confirm", by="ada", json={"code": code})
            assert (refused.status_code, refused.json()["code"]) == (409, "second_factor_there")
            assert await harness.events() == []
            assert await harness.sql("SELECT 1 FROM backup_codes") == []

    asyncio.run(run())
