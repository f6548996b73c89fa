"""The settings of an organisation: its name, the language of its invitations, and the time zone of its service accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
from tests.harness import Harness
from tests.modules.sign_in.forms import form_of, send
from tests.scenario import Scenario, call, changes_nothing, fires, fires_nothing, organisation, play, problem, queries, status, table

ANY = {"If-Match": "*"}


def change(**fields: str) -> Callable[[Harness], Awaitable[httpx.Response]]:
    return call("PATCH", "/api/v2/organisations/{ember}", by="ada", json=fields, headers=ANY)


@table(
    Scenario(
        "a language and a time zone are chosen",
        given=[organisation("ember", ada="administrator")],
        when=change(locale="de", time_zone="Europe/Berlin"),
        then=[status(200), fires("organisations.settings_changed"), queries(at_most=5)],
    ),
    Scenario(
        "a name and a language are two events",
        given=[organisation("ember", ada="owner")],
        when=change(name="Ember Works", locale="ja"),
        then=[status(200), fires("organisations.renamed", "organisations.settings_changed"), queries(at_most=5)],
    ),
    Scenario(
        "a name alone changes no language",
        given=[organisation("ember", ada="owner")],
        when=change(name="Ember Works"),
        then=[status(200), fires("organisations.renamed"), queries(at_most=4)],
    ),
    Scenario(
        "a change to what it is changes nothing",
        given=[organisation("ember", ada="owner")],
        when=change(locale="en"),
        then=[status(200), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "a zone that does not exist is named with the empty name",
        given=[organisation("ember", ada="owner")],
        when=change(name=" ", time_zone="Europe/Atlantis"),
        then=[problem(422, "invalid_input", "name", "time_zone"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "a member changes no settings",
        given=[organisation("ember", ada="member")],
        when=change(locale="de"),
        then=[problem(403, "forbidden"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "who read an old version changes nothing",
        given=[organisation("ember", ada="owner")],
        when=call("PATCH", "/api/v2/organisations/{ember}", by="ada", json={"locale": "de"}, headers={"If-Match": '"0"'}),
        then=[problem(412, "precondition_failed"), fires_nothing(), changes_nothing()],
    ),
)
def test_settings_of_organisations(harness: Harness, scenario: Scenario) -> None:
    play(harness, scenario)


def test_an_organisation_begins_with_the_language_and_zone_of_whoever_creates_it(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            await harness.patch("/api/v2/me", by="ada", json={"locale": "ja", "time_zone": "Asia/Tokyo"}, headers=ANY)
            made = (await harness.post("/api/v2/organisations", by="ada", json={"name": "Ember"})).json()
            assert (made["locale"], made["time_zone"]) == ("ja", "Asia/Tokyo")
            (listed,) = (await harness.get("/api/v2/organisations", by="ada")).json()["items"]
            assert (listed["locale"], listed["time_zone"]) == ("ja", "Asia/Tokyo")

    asyncio.run(run())


def test_an_invitation_is_in_the_organisations_language_unless_the_account_has_one(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.person("bo")
            await harness.patch(f"/api/v2/organisations/{ember}", by="ada", json={"locale": "de"}, headers=ANY)
            for email in ("bo@example.com", "cleo@example.com"):
                await harness.post(f"/api/v2/organisations/{ember}/invitations", by="ada", json={"email": email})
            await harness.work()
            subjects = {mail.to: mail.subject for mail in harness.mails()}
            assert "invited you" in subjects["bo@example.com"]
            assert "eingeladen" in subjects["cleo@example.com"]

    asyncio.run(run())


def test_service_accounts_follow_the_organisations_language_and_zone_at_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.patch(f"/api/v2/organisations/{ember}", by="ada", json={"time_zone": "Asia/Tokyo"}, headers=ANY)
            sent = {"name": "Export", "role": "member", "scopes": ["entries.write", "entries.read"]}
            made = (await harness.post(f"/api/v2/organisations/{ember}/service_accounts", by="ada", json=sent)).json()

            async def post() -> tuple[str, str]:
                entry = {"organisation": ember, "title": "Read"}
                answer = await harness.post("/api/v2/entries", json=entry, headers={"Authorization": f"Bearer {made['key']}"})
                unknown = await harness.request("GET", "/api/v2/entries/ent_0", headers={"Authorization": f"Bearer {made['key']}"})
                return answer.json()["time_zone"], unknown.headers["content-language"]

            assert await post() == ("Asia/Tokyo", "en")
            changed = {"time_zone": "America/Lima", "locale": "de"}
            await harness.patch(f"/api/v2/organisations/{ember}", by="ada", json=changed, headers=ANY)
            assert await post() == ("America/Lima", "de")
            me = (await harness.get("/api/v2/me", by="ada")).json()
            assert (me["time_zone"], me["locale"]) != ("America/Lima", "de"), "a person keeps their own"

    asyncio.run(run())


def test_the_form_saves_all_three_and_keeps_what_was_typed(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            await harness.organisation("ember", ada="owner")
            browser.cookies.set("phoenix_session", harness.people["ada"].token)
            path = "/o/ember/settings"
            page = await browser.get(path)
            typed = {"name": "Ember Works", "locale": "ja", "time_zone": "Europe/Atlantis"}
            answer = await send(browser, page, path, **typed)
            shown = await browser.get(answer.headers["location"]) if answer.status_code == 303 else answer
            for value in ("Ember Works", "Europe/Atlantis"):
                assert f'value="{value}"' in shown.text
            assert '<option value="ja" selected>' in shown.text
            answer = await send(browser, shown, path, **{**typed, "time_zone": "Europe/Berlin"})
            assert answer.status_code == 303
            assert list(map(dict, await harness.sql("SELECT name, locale, time_zone FROM organisations"))) == [
                {"name": "Ember Works", "locale": "ja", "time_zone": "Europe/Berlin"}
            ]
            assert form_of(await browser.get(path), path)[1]["time_zone"] == "Europe/Berlin"

    asyncio.run(run())
