"""Entries: posting, reading, changing and deleting them, and who can."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.scenario import (
    Scenario,
    answers,
    call,
    changes_nothing,
    fires,
    fires_nothing,
    organisation,
    person,
    play,
    problem,
    queries,
    sees,
    status,
    table,
)

ENTRY = {"organisation": "{ember}", "title": "Valve replaced", "body": "It leaked."}


@table(
    Scenario(
        "a member posts an entry and the others see it",
        given=[organisation("ember", ada="member", bo="viewer")],
        when=call("POST", "/api/v2/entries", by="ada", json=ENTRY),
        then=[
            status(201),
            answers(title="Valve replaced", time_zone="UTC", version=1, attachments=[]),
            fires("entries.posted"),
            queries(at_most=2),
            sees("bo", "/api/v2/feed?organisation={ember}", "Valve replaced"),
            sees("bo", "/api/v2/dashboard?organisation={ember}", "Valve replaced"),
        ],
    ),
    Scenario(
        "a stranger cannot even learn that the organisation exists",
        given=[organisation("ember", ada="owner"), organisation("other", eve="owner")],
        when=call("POST", "/api/v2/entries", by="eve", json=ENTRY),
        then=[problem(404, "not_found"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "a viewer reads and does not write",
        given=[organisation("ember", ada="owner", bo="viewer")],
        when=call("POST", "/api/v2/entries", by="bo", json=ENTRY),
        then=[problem(403, "forbidden"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "posting requires signing in",
        given=[organisation("ember", ada="owner")],
        when=call("POST", "/api/v2/entries", json=ENTRY),
        then=[problem(401, "not_logged_in"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "all invalid fields are named at once",
        given=[organisation("ember", ada="owner")],
        when=call("POST", "/api/v2/entries", by="ada", json={**ENTRY, "title": " ", "body": "x" * 20_001, "time_zone": "Mars/Olympus"}),
        then=[problem(422, "invalid_input", "title", "body", "time_zone"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "a time without a zone is refused",
        given=[organisation("ember", ada="owner")],
        when=call("POST", "/api/v2/entries", by="ada", json={**ENTRY, "occurred_at": "2026-11-20T10:00:00"}),
        then=[problem(422, "invalid_input", "occurred_at"), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "an unknown field is not silently dropped",
        given=[organisation("ember", ada="owner")],
        when=call("POST", "/api/v2/entries", by="ada", json={**ENTRY, "colour": "red"}),
        then=[status(422), fires_nothing(), changes_nothing()],
    ),
    Scenario(
        "a person without any organisation does not learn that one exists",
        given=[organisation("ember", ada="owner"), person("eve")],
        when=call("GET", "/api/v2/entries?organisation={ember}", by="eve"),
        then=[problem(404, "not_found"), fires_nothing()],
    ),
)
def test_entry_scenarios(harness: Harness, scenario: Scenario) -> None:
    play(harness, scenario)


def test_a_change_needs_the_version_that_was_read(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="member", bo="member", cleo="administrator")
            made = await harness.post("/api/v2/entries", by="ada", json={**ENTRY, "organisation": ember})
            path, etag = made.headers["location"], made.headers["etag"]
            assert (await harness.patch(path, by="ada", json={"title": "B"})).status_code == 428
            assert (await harness.patch(path, by="bo", json={"title": "B"}, headers={"If-Match": etag})).status_code == 403
            changed = await harness.patch(path, by="ada", json={"title": "B"}, headers={"If-Match": etag})
            assert (changed.status_code, changed.json()["title"], changed.json()["body"]) == (200, "B", "It leaked.")
            assert (await harness.patch(path, by="ada", json={"title": "C"}, headers={"If-Match": etag})).status_code == 412
            assert (await harness.delete(path, by="cleo", headers={"If-Match": etag})).status_code == 412
            assert (await harness.delete(path, by="cleo", headers={"If-Match": changed.headers["etag"]})).status_code == 204
            assert (await harness.get(path, by="ada")).status_code == 404
            assert await harness.events() == ["entries.posted", "entries.changed", "entries.deleted"]

    asyncio.run(run())


@pytest.mark.parametrize("rows", [1, 100])
def test_reading_100_rows_takes_as_many_queries_as_reading_1(harness: Harness, rows: int) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            for number in range(rows):
                harness.clock.advance(seconds=1)
                await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": f"Entry {number}"})
            made = {}
            for path in ("/api/v2/entries", "/api/v2/feed", "/api/v2/dashboard"):
                response = await harness.get(path, by="ada", params={"organisation": ember})
                made[path] = int(response.headers["x-phoenix-queries"])
            assert made == {"/api/v2/entries": 1, "/api/v2/feed": 3, "/api/v2/dashboard": 1}

    asyncio.run(run())


def test_pages_of_a_list_stay_stable_while_entries_are_added(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            for number in range(7):
                harness.clock.advance(seconds=1)
                await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": str(number)})
            seen, cursor = [], None
            while True:
                params = {"organisation": ember, "limit": 3} | ({"cursor": cursor} if cursor else {})
                page = (await harness.get("/api/v2/entries", by="ada", params=params)).json()
                seen += [item["title"] for item in page["items"]]
                cursor = page["next_cursor"]
                harness.clock.advance(seconds=1)
                await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "new"})
                if cursor is None:
                    break
            assert seen == ["6", "5", "4", "3", "2", "1", "0"]

    asyncio.run(run())
