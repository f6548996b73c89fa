"""The responses of second factors and passkeys when there is nothing to confirm, replace or read."""

from __future__ import annotations

import asyncio

from tests.asvs.browsing import press
from tests.harness import Harness
from tests.modules.factors.passkeys import OPTIONS
from tests.oidc.running import problem_of
from tests.scenario import Scenario, call, changes_nothing, fires_nothing, person, play, problem, table


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
