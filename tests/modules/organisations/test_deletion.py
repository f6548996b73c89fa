"""An organisation is deleted by its owner: who may, what becomes read-only, who is notified, and what is gone afterwards."""

from __future__ import annotations

import asyncio

from tests.harness import Harness
from tests.modules.organisations.deleting import close, due, entry, keep, post, sign_in_again
from tests.scenario import Scenario, call, changes_nothing, fires, fires_nothing, organisation, person, play, problem, status, table

DELETION = "/api/v2/organisations/{ember}/deletion"
EVERYONE = organisation("ember", ada="owner", ann="administrator", bo="member", vi="viewer")


async def closing(harness: Harness) -> None:
    assert (await close(harness, harness.organisations["ember"])).status_code == 201


@table(
    Scenario(
        "an owner asks for the deletion",
        given=[EVERYONE],
        when=call("POST", DELETION, by="ada", json={"name": "Ember"}),
        then=[status(201), fires("organisations.deletion_scheduled")],
    ),
    Scenario(
        "asking again changes nothing",
        given=[EVERYONE, closing],
        when=call("POST", DELETION, by="ada", json={"name": "Ember"}),
        then=[status(201), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "the name has to be entered",
        given=[EVERYONE],
        when=call("POST", DELETION, by="ada", json={"name": "Embers"}),
        then=[problem(422, "invalid_input", "name"), fires_nothing(), changes_nothing()],
    ),
    *(
        Scenario(
            f"{who} cannot delete the organisation",
            given=[EVERYONE],
            when=call("POST", DELETION, by=who, json={"name": "Ember"}),
            then=[problem(403, "forbidden"), fires_nothing(), changes_nothing()],
        )
        for who in ("ann", "bo", "vi")
    ),
    Scenario(
        "a stranger does not learn that it exists",
        given=[EVERYONE, person("eve")],
        when=call("POST", DELETION, by="eve", json={"name": "Ember"}),
        then=[problem(404, "not_found"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "an owner cancels the deletion",
        given=[EVERYONE, closing],
        when=call("DELETE", DELETION, by="ada"),
        then=[status(204), fires("organisations.deletion_cancelled")],
    ),
    Scenario(
        "an administrator cannot cancel the deletion",
        given=[EVERYONE, closing],
        when=call("DELETE", DELETION, by="ann"),
        then=[problem(403, "forbidden"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "there is nothing to cancel",
        given=[EVERYONE],
        when=call("DELETE", DELETION, by="ada"),
        then=[problem(409, "conflict"), fires_nothing(), changes_nothing()],
    ),
    *(
        Scenario(
            f"while it is closing {sentence}",
            given=[EVERYONE, closing],
            when=call(method, path, by=by, json=json),
            then=[problem(409, "organisation_closing"), fires_nothing(), changes_nothing()],
        )
        for sentence, method, path, by, json in (
            ("nobody writes entries", "POST", "/api/v2/entries", "bo", {"organisation": "{ember}", "title": "Late"}),
            ("nobody is invited", "POST", "/api/v2/organisations/{ember}/invitations", "ada", {"email": "new@example.com"}),
            ("no role changes", "PATCH", "/api/v2/organisations/{ember}/members/{@bo}", "ada", {"role": "viewer"}),
            (
                "no service account is made",
                "POST",
                "/api/v2/organisations/{ember}/service_accounts",
                "ada",
                {"name": "Robot", "scopes": ["entries.read"]},
            ),
        )
    ),
    Scenario(
        "while it is closing members can leave",
        given=[EVERYONE, closing],
        when=call("DELETE", "/api/v2/organisations/{ember}/members/{@bo}", by="bo"),
        then=[status(204), fires("organisations.member_left")],
    ),
    Scenario(
        "while it is closing members can read",
        given=[EVERYONE, closing],
        when=call("GET", "/api/v2/entries?organisation={ember}", by="vi"),
        then=[status(200), fires_nothing()],
    ),
)
def test_deletion_scenarios(harness: Harness, scenario: Scenario) -> None:
    play(harness, scenario)


def test_every_member_is_told_once_and_owners_again_the_day_before(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo", time_zone="Pacific/Auckland")
            ember = await harness.organisation("ember", ada="owner", ann="owner", bo="member")
            await close(harness, ember)
            await harness.work()
            for name in ("ada", "ann", "bo"):
                (mail,) = harness.mails(f"{name}@example.com")
                assert "Ada asked to delete Ember." in mail.text
                assert "/o/ember/feed" in mail.text
            assert "deleted on 7 December 2026" in harness.mails("ada@example.com")[0].text
            assert "deleted on 8 December 2026" in harness.mails("bo@example.com")[0].text, "the day in the reader's own zone"
            harness.clock.advance(days=12)
            await due(harness)
            assert len(harness.mails()) == 3
            harness.clock.advance(days=1)
            await due(harness)
            await due(harness)
            assert len(harness.mails()) == 5, "each owner is reminded once"
            assert "will be deleted on 7 December 2026" in harness.mails("ann@example.com")[0].text
            await sign_in_again(harness, "ann")
            await keep(harness, ember, by="ann")
            await harness.work()
            assert len(harness.mails()) == 8
            assert "The deletion of Ember was cancelled." in harness.mails("bo@example.com")[0].text

    asyncio.run(run())


def test_nobody_is_told_what_is_no_longer_true(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await close(harness, ember)
            await keep(harness, ember)
            await harness.work()
            assert [mail.text for mail in harness.mails("bo@example.com") if "asked to delete" in mail.text] == []
            assert len(harness.mails("bo@example.com")) == 1

    asyncio.run(run())


def test_everyone_sees_a_banner_that_leads_owners_to_where_they_cancel(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await harness.organisation("quartz", bo="owner")
            await close(harness, ember)
            for who, may in (("ada", True), ("bo", False)):
                page = (await harness.get("/o/ember/feed", by=who)).text
                assert "will be deleted on 7 December 2026" in page
                assert "Asked for by" in page
                assert ('href="/o/ember/deletion">Cancel deletion' in page) == may
                assert "/o/ember/entries/new" not in page, "what cannot be done is not offered"
            assert "will be deleted on" not in (await harness.get("/o/quartz/feed", by="bo")).text
            await harness.patch("/api/v2/me", by="ada", json={"name": "Ada L."}, headers={"If-Match": "*"})
            assert "Ada L." in (await harness.get("/o/ember/feed", by="bo")).text
            await keep(harness, ember)
            assert "will be deleted on" not in (await harness.get("/o/ember/feed", by="bo")).text

    asyncio.run(run())


def test_the_page_says_what_goes_and_the_form_asks_for_the_name(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await entry(harness, ember)
            assert (await harness.get("/o/ember/deletion", by="bo")).status_code == 403
            page = (await harness.get("/o/ember/deletion", by="ada")).text
            for goes in ("<dt>Entries</dt><dd>1</dd>", "<dt>Members</dt><dd>2</dd>", "<dt>Pending invitations</dt><dd>0</dd>"):
                assert goes in page
            wrong = await post(harness, "ember", name="ember")
            assert wrong.status_code == 422
            assert "Enter the name exactly" in wrong.text
            assert (await post(harness, "ember", name=" Ember ")).status_code == 303
            page = (await harness.get("/o/ember/deletion", by="ada")).text
            assert "asked to delete" in page
            assert (await post(harness, "ember", "/cancel")).status_code == 303
            assert await harness.events() == ["entries.posted", "organisations.deletion_scheduled", "organisations.deletion_cancelled"]

    asyncio.run(run())


def test_an_invitation_waits_until_the_deletion_is_cancelled(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.person("bo")
            await harness.post(f"/api/v2/organisations/{ember}/invitations", by="ada", json={"email": "bo@example.com"})
            await harness.work()
            token = harness.link("bo@example.com").partition("token=")[2]
            await close(harness, ember)
            refused = await harness.post("/api/v2/invitations/accept", by="bo", json={"token": token})
            assert (refused.status_code, refused.json()["code"]) == (404, "invitation_gone")
            await keep(harness, ember)
            assert (await harness.post("/api/v2/invitations/accept", by="bo", json={"token": token})).status_code == 200

    asyncio.run(run())
