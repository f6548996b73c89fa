"""Open invitations to one's own address, listed and answered by the API."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
from tests.harness import Harness
from tests.scenario import Scenario, changes_nothing, fires, fires_nothing, organisation, person, play, problem, status, table

GIVEN = [organisation("ember", ada="owner", ann="administrator"), person("bo"), person("eve")]


async def invited(harness: Harness) -> None:
    path = f"/api/v2/organisations/{harness.organisations['ember']}/invitations"
    sent = await harness.post(path, by="ann", json={"email": "bo@example.com", "role": "viewer"})
    assert sent.status_code == 201
    await harness.work()


async def revoked(harness: Harness) -> None:
    await harness.sql("UPDATE invitations SET revoked_at = now()")


async def demoted(harness: Harness) -> None:
    path = f"/api/v2/organisations/{harness.organisations['ember']}/members/{harness.people['ann'].id}"
    assert (await harness.patch(path, by="ada", json={"role": "viewer"})).status_code == 204


async def a_week_later(harness: Harness) -> None:
    harness.clock.advance(days=7)


def answers(what: str, by: str) -> Callable[[Harness], Awaitable[httpx.Response]]:
    return lambda harness: answer(harness, what, by)


async def answer(harness: Harness, what: str, by: str = "bo") -> httpx.Response:
    (row,) = await harness.sql("SELECT id FROM invitations")
    return await harness.post(f"/api/v2/invitations/{row['id']}/{what}", by=by)


@table(
    Scenario(
        "someone accepts",
        given=[*GIVEN, invited],
        when=lambda harness: answer(harness, "accept"),
        then=[status(200), fires("organisations.member_joined")],
    ),
    Scenario(
        "someone declines",
        given=[*GIVEN, invited],
        when=lambda harness: answer(harness, "decline"),
        then=[status(204), fires("organisations.invitation_declined")],
    ),
    *(
        Scenario(
            f"{what} by someone else",
            given=[*GIVEN, invited],
            when=answers(what, "eve"),
            then=[problem(404, "invitation_gone"), fires_nothing(), changes_nothing()],
        )
        for what in ("accept", "decline")
    ),
    *(
        Scenario(
            f"accepting is too late {sentence}",
            given=[*GIVEN, invited, step],
            when=lambda harness: answer(harness, "accept"),
            then=[problem(404, "invitation_gone"), fires_nothing(), changes_nothing()],
        )
        for sentence, step in (
            ("once it was revoked", revoked),
            ("once whoever sent it cannot invite people", demoted),
            ("after a week", a_week_later),
        )
    ),
)
def test_answers_to_invitations(harness: Harness, scenario: Scenario) -> None:
    play(harness, scenario)


def test_open_invitations_are_listed_for_their_address_only(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            for step in (*GIVEN, invited):
                await step(harness)
            (one,) = (await harness.get("/api/v2/invitations", by="bo")).json()["items"]
            ember = harness.organisations["ember"]
            assert {key: value for key, value in one.items() if key != "id"} == {
                "organisation": ember,
                "organisation_name": "Ember",
                "role": "viewer",
                "invited_by": harness.people["ann"].id,
                "inviter_name": "Ann",
            }
            assert (await harness.get("/api/v2/invitations", by="eve")).json()["items"] == []
            joined = await answer(harness, "accept")
            assert joined.json() == {"organisation": ember, "role": "viewer"}
            assert (await harness.get("/api/v2/invitations", by="bo")).json()["items"] == []

    asyncio.run(run())
