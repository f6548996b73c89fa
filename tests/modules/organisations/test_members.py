"""O1: members, invitations by email, and roles. An organisation is never without an owner."""

from __future__ import annotations

import asyncio

import httpx
from tests.harness import Harness
from tests.scenario import Scenario, call, changes_nothing, fires, fires_nothing, organisation, play, problem, queries, sends, status, table
from tests.waiting import until

from phoenix.modules.organisations.queries import SET_ROLE, hold_memberships


@table(
    Scenario(
        "a member invites someone by email",
        given=[organisation("ember", ada="member")],
        when=call("POST", "/api/v2/organisations/{ember}/invitations", by="ada", json={"email": "Bo@Example.com", "role": "viewer"}),
        then=[status(201), fires("organisations.member_invited"), sends(1), queries(at_most=7)],
    ),
    Scenario(
        "nobody can give a role above their own",
        given=[organisation("ember", ada="member")],
        when=call("POST", "/api/v2/organisations/{ember}/invitations", by="ada", json={"email": "bo@example.com", "role": "owner"}),
        then=[problem(403, "forbidden"), fires_nothing(), sends(0), changes_nothing()],
    ),
    Scenario(
        "a member is not invited again",
        given=[organisation("ember", ada="owner", bo="member")],
        when=call("POST", "/api/v2/organisations/{ember}/invitations", by="ada", json={"email": "BO@example.com"}),
        then=[problem(409, "already_member", "email"), fires_nothing(), sends(0), changes_nothing()],
    ),
    Scenario(
        "an invalid address and an invalid role are named together",
        given=[organisation("ember", ada="owner")],
        when=call("POST", "/api/v2/organisations/{ember}/invitations", by="ada", json={"email": "bo", "role": "king"}),
        then=[problem(422, "invalid_input", "email", "role"), fires_nothing(), sends(0), changes_nothing()],
    ),
    Scenario(
        "the only owner cannot leave",
        given=[organisation("ember", ada="owner", bo="administrator")],
        when=call("DELETE", "/api/v2/organisations/{ember}/members/{@ada}", by="ada"),
        then=[problem(409, "last_owner"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "the only owner cannot give up the role",
        given=[organisation("ember", ada="owner")],
        when=call("PATCH", "/api/v2/organisations/{ember}/members/{@ada}", by="ada", json={"role": "member"}),
        then=[problem(409, "last_owner"), fires_nothing()],
    ),
    Scenario(
        "a member leaves",
        given=[organisation("ember", ada="owner", bo="viewer")],
        when=call("DELETE", "/api/v2/organisations/{ember}/members/{@bo}", by="bo"),
        then=[status(204), fires("organisations.member_left")],
    ),
    Scenario(
        "an organisation is created with its owner",
        given=[organisation("ember", ada="owner")],
        when=call("POST", "/api/v2/organisations", by="ada", json={"name": "  Ember   Works "}),
        then=[status(201), fires("organisations.created")],
    ),
    Scenario(
        "an organisation needs a name",
        given=[organisation("ember", ada="owner")],
        when=call("POST", "/api/v2/organisations", by="ada", json={"name": " "}),
        then=[problem(422, "invalid_input", "name"), fires_nothing(), changes_nothing()],
    ),
)
def test_member_scenarios(harness: Harness, scenario: Scenario) -> None:
    play(harness, scenario)


def test_an_invitation_is_only_for_its_address_and_works_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.person("bo")
            await harness.person("eve")
            await harness.post(f"/api/v2/organisations/{ember}/invitations", by="ada", json={"email": "bo@example.com"})
            await harness.work()
            await harness.events()
            token = harness.link("bo@example.com").partition("token=")[2]
            wrong = await harness.post("/api/v2/invitations/accept", by="eve", json={"token": token})
            assert wrong.json()["code"] == "wrong_address"
            answers = await asyncio.gather(*(harness.post("/api/v2/invitations/accept", by="bo", json={"token": token}) for _ in range(4)))
            assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404]
            assert await harness.events() == ["organisations.member_joined"]
            feed = await harness.get(f"/api/v2/feed?organisation={ember}", by="bo")
            assert feed.json()["items"][0]["summary"] == "Bo joined, invited by Ada"
            page = (await harness.get("/o/ember/feed", by="ada")).text
            assert "<b>Bo</b> joined, invited by <b>Ada</b>" in page

    asyncio.run(run())


def test_an_invitation_becomes_invalid_when_its_sender_may_no_longer_invite(harness: Harness) -> None:
    """Even if both happen at once: accepting an invitation waits for the change of role, and then sees it."""

    async def accept_while_it_is_taken(token: str, ember: str) -> httpx.Response:
        async with harness.runtime.database.transaction() as tx:
            await hold_memberships(tx, ember)
            accepting = asyncio.create_task(harness.post("/api/v2/invitations/accept", by="bo", json={"token": token}))
            await until(is_waiting)
            await tx.one(SET_ROLE, ember, harness.people["ann"].id, "viewer", None)
        return await accepting

    async def is_waiting() -> bool:
        found = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return bool(await harness.sql(found))

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", ann="administrator")
            await harness.person("bo")
            await harness.post(f"/api/v2/organisations/{ember}/invitations", by="ann", json={"email": "bo@example.com"})
            await harness.work()
            token = harness.link("bo@example.com").partition("token=")[2]
            for refused in (
                await accept_while_it_is_taken(token, ember),
                await harness.post("/api/v2/invitations/accept", by="bo", json={"token": token}),
            ):
                assert refused.status_code == 404
                assert (
                    refused.json()["detail"]
                    == "The person who sent this invitation can't invite you any more. Ask an owner or administrator of the organisation to send a new one."
                )

    asyncio.run(run())


def test_links_of_resent_and_revoked_invitations_stop_working(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.person("bo")
            path = f"/api/v2/organisations/{ember}/invitations"
            made = await harness.post(path, by="ada", json={"email": "bo@example.com"})
            await harness.work()
            first = harness.link("bo@example.com").partition("token=")[2]
            await harness.post(path, by="ada", json={"email": "bo@example.com", "role": "viewer"})
            await harness.work()
            second = harness.link("bo@example.com").partition("token=")[2]
            assert (await harness.post("/api/v2/invitations/accept", by="bo", json={"token": first})).status_code == 404
            assert len((await harness.get(path, by="ada")).json()["items"]) == 1
            assert (await harness.delete(f"{path}/{made.json()['id']}", by="ada")).status_code == 204
            assert (await harness.post("/api/v2/invitations/accept", by="bo", json={"token": second})).status_code == 404

    asyncio.run(run())


def test_two_owners_cannot_remove_each_others_role_at_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="owner")
            paths = [
                (f"/api/v2/organisations/{ember}/members/{harness.people[name].id}", by) for name, by in (("ada", "bo"), ("bo", "ada"))
            ]
            answers = await asyncio.gather(*(harness.patch(path, by=by, json={"role": "member"}) for path, by in paths))
            # The second is refused, as the only owner or as no longer an owner.
            assert sorted(answer.status_code for answer in answers) in ([204, 409], [204, 403])
            owners = await harness.sql("SELECT count(*) AS n FROM memberships WHERE role = 'owner'")
            assert owners[0]["n"] == 1

    asyncio.run(run())


def test_a_removed_member_loses_access_at_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            feed = f"/api/v2/feed?organisation={ember}"
            assert (await harness.get(feed, by="bo")).status_code == 200
            await harness.delete(f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}", by="ada")
            assert (await harness.get(feed, by="bo")).status_code in {403, 404}

    asyncio.run(run())


def test_slugs_are_derived_from_names_and_are_unique(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            names = ("Ember Works", "Ember Works", "東京", "Zoë & Söhne")
            slugs = [(await harness.post("/api/v2/organisations", by="ada", json={"name": name})).json()["slug"] for name in names]
            assert slugs[0] == "ember-works"
            assert slugs[1].startswith("ember-works-")
            assert slugs[2] == "organisation"
            assert slugs[3] == "zoe-sohne"

    asyncio.run(run())
