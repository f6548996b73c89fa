"""Invalid request headers, and the responses to them."""

from __future__ import annotations

from tests.harness import Harness
from tests.scenario import Scenario, call, changes_nothing, fires_nothing, organisation, person, play, problem, table


@table(
    *(
        Scenario(
            f"an If-Match of {header} names no version",
            given=[person("ada")],
            when=call("PATCH", "/api/v2/me", by="ada", json={"name": "Ada L."}, headers={"If-Match": header}),
            then=[problem(422, "invalid_input"), fires_nothing(), changes_nothing()],
        )
        for header in ('"1", "2"', '"one"', '"1234567890"')
    ),
    *(
        Scenario(
            f"an Idempotency-Key of {len(key)} characters cannot be one",
            given=[organisation("ember", ada="owner")],
            when=call("POST", "/api/v2/organisations", by="ada", json={"name": "Ash"}, headers={"Idempotency-Key": key}),
            then=[problem(422, "invalid_input", "Idempotency-Key"), fires_nothing(), changes_nothing()],
        )
        for key in ("", "k" * 201)
    ),
)
def test_an_unreadable_header_is_refused(harness: Harness, scenario: Scenario) -> None:
    play(harness, scenario)
