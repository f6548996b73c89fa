"""The responses to changes of one's own account that cannot be made."""

from __future__ import annotations

import asyncio

from tests.harness import Harness
from tests.scenario import Scenario, call, changes_nothing, fires_nothing, person, play, problem, table


@table(
    Scenario(
        "a deletion that was not requested cannot be cancelled",
        given=[person("ada")],
        when=call("DELETE", "/api/v2/me/deletion", by="ada"),
        then=[problem(409, "conflict"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "a profile that was changed on another device is not overwritten",
        given=[person("ada")],
        when=call("PATCH", "/api/v2/me", by="ada", json={"name": "Ada L."}, headers={"If-Match": '"7"'}),
        then=[problem(412, "precondition_failed"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "verifying an address requires a code or a link",
        when=call("POST", "/api/v2/accounts/verify", json={"email": "ada@example.com", "code": " "}),
        then=[problem(422, "invalid_input", "code"), fires_nothing(), changes_nothing()],
    ),
)
def test_actions_that_are_refused(harness: Harness, scenario: Scenario) -> None:
    play(harness, scenario)


def test_a_cached_session_of_a_deleted_account_is_not_used(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            assert (await harness.get("/api/v2/sessions", by="ada")).status_code == 200
            # Deleted directly in the database, so that no cache is invalidated.
            await harness.sql("DELETE FROM accounts WHERE id = $1", ada.id)
            assert (await harness.get("/api/v2/me", by="ada")).json()["code"] == "not_logged_in"

    asyncio.run(run())
