"""Actions in an organisation that are refused: on something deleted, on something changed by others, and with an API key."""

from __future__ import annotations

import asyncio
import secrets

import pytest
from tests.harness import Harness
from tests.scenario import Scenario, call, changes_nothing, fires_nothing, organisation, person, play, problem, table

from phoenix.kernel.web.csrf import token_for


@table(
    Scenario(
        "an invitation that does not exist cannot be revoked",
        given=[organisation("ember", ada="owner")],
        when=call("DELETE", "/api/v2/organisations/{ember}/invitations/inv_gone", by="ada"),
        then=[problem(404, "not_found"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "someone who is not a member has no role to change",
        given=[organisation("ember", ada="owner"), person("eve")],
        when=call("PATCH", "/api/v2/organisations/{ember}/members/{@eve}", by="ada", json={"role": "member"}),
        then=[problem(404, "not_found"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "a name that someone else has changed is not overwritten",
        given=[organisation("ember", ada="owner")],
        when=call("PATCH", "/api/v2/organisations/{ember}", by="ada", json={"name": "Ash"}, headers={"If-Match": '"7"'}),
        then=[problem(412, "precondition_failed"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "an invitation is accepted by its token only",
        given=[person("ada")],
        when=call("POST", "/api/v2/invitations/accept", by="ada", json={"token": ""}),
        then=[problem(422, "invalid_input", "token"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "a service account that does not exist has no key to replace",
        given=[organisation("ember", ada="owner")],
        when=call("POST", "/api/v2/organisations/{ember}/service_accounts/acc_gone", by="ada", json={"scopes": ["entries.read"]}),
        then=[problem(404, "not_found"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "a person cannot be removed as a service account",
        given=[organisation("ember", ada="owner", bo="member")],
        when=call("DELETE", "/api/v2/organisations/{ember}/service_accounts/{@bo}", by="ada"),
        then=[problem(404, "not_found"), fires_nothing(), changes_nothing()],
    ),
)
def test_actions_that_are_refused(harness: Harness, scenario: Scenario) -> None:
    play(harness, scenario)


def test_a_revoked_invitation_cannot_be_resent(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            path = f"/api/v2/organisations/{ember}/invitations"
            made = await harness.post(path, by="ada", json={"email": "bo@example.com"})
            await harness.work()
            assert (await harness.delete(f"{path}/{made.json()['id']}", by="ada")).status_code == 204
            mails, ada = len(harness.mails()), harness.people["ada"]
            csrf = token_for(harness.runtime, ada.id)
            again = await harness.post(f"/o/ember/invitations/{made.json()['id']}/resend", by="ada", data={"csrf": csrf})
            assert again.status_code == 404
            assert "has already been accepted or revoked" in again.text
            await harness.work()
            assert len(harness.mails()) == mails

    asyncio.run(run())


def test_an_api_key_cannot_leave_an_organisation_for_its_owner(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="administrator")
            bo = harness.people["bo"].id
            key = (await harness.post("/api/v2/api_keys", by="bo", json={"name": "k", "scopes": ["organisations.read"], "days": 30})).json()
            left = await harness.delete(f"/api/v2/organisations/{ember}/members/{bo}", headers={"Authorization": f"Bearer {key['key']}"})
            assert (left.status_code, left.json()["code"]) == (403, "forbidden")
            members = (await harness.get(f"/api/v2/organisations/{ember}/members", by="ada")).json()["items"]
            assert bo in {member["id"] for member in members}

    asyncio.run(run())


def test_a_name_is_refused_if_every_slug_for_it_is_taken(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slug ends in random letters if the plain one is taken. Here the letters are always the same."""
    monkeypatch.setattr(secrets, "token_hex", lambda _count: "beef")

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            made = [await harness.post("/api/v2/organisations", by="ada", json={"name": "Ember"}) for _ in range(3)]
            assert [answer.status_code for answer in made] == [201, 201, 422]
            assert [answer.json()["slug"] for answer in made[:2]] == ["ember", "ember-beef"]
            assert [error["field"] for error in made[2].json()["errors"]] == ["name"]

    asyncio.run(run())
