"""The feed reads text that people wrote from its own table, so it shows the current text."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.harness import Harness

from phoenix.kernel.data.query import query
from phoenix.modules.entries.actions import EXCERPT_MOST, excerpt
from phoenix.modules.entries.queries import EXCERPT

ENTRY = {"title": "Valve replaced", "body": "It leaked."}


async def items(harness: Harness, organisation: str) -> dict[str, Any]:
    answer = await harness.get(f"/api/v2/feed?organisation={organisation}", by="ada")
    return {item["kind"]: item for item in answer.json()["items"]}


def test_feed_shows_the_current_title_of_an_entry(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="member")
            posted = await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, **ENTRY})
            found = await items(harness, ember)
            assert found["entries.posted"]["data"] == {
                "title": "Valve replaced",
                "excerpt": "It leaked.",
                "dated": "2026-11-23T12:00:00.000Z",
                "names": {},
            }
            change = {"title": "Pump replaced", "body": "It was loud."}
            await harness.patch(
                f"/api/v2/entries/{posted.json()['id']}", by="ada", json=change, headers={"if-match": posted.headers["etag"]}
            )
            found = await items(harness, ember)
            assert "“Pump replaced”" in found["entries.posted"]["summary"]
            assert found["entries.posted"]["data"]["excerpt"] == "It was loud."
            page = (await harness.get("/o/ember/feed", by="ada")).text
            assert "Pump replaced" in page
            assert "Valve replaced" not in page

    asyncio.run(run())


def test_feed_does_not_show_the_text_of_a_deleted_entry(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="member")
            posted = await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, **ENTRY})
            path, etag = f"/api/v2/entries/{posted.json()['id']}", posted.headers["etag"]
            changed = await harness.patch(path, by="ada", json={"body": "It dripped."}, headers={"if-match": etag})
            assert (await items(harness, ember))["entries.changed"]["link"]
            await harness.delete(path, by="ada", headers={"if-match": changed.headers["etag"]})
            found = await items(harness, ember)
            for kind in ("entries.posted", "entries.changed"):
                assert found[kind]["link"] is None
                assert found[kind]["data"]["title"] is None
                assert found[kind]["summary"].endswith("the entry “[deleted]”")
            assert found["entries.deleted"]["data"]["title"] is None
            assert found["entries.deleted"]["summary"].endswith("deleted an entry")
            page = (await harness.get("/o/ember/feed", by="ada")).text
            assert page.count("an entry that has since been deleted") == 2
            assert "Valve" not in page
            assert path.rpartition("/")[2] not in page

    asyncio.run(run())


def test_feed_shows_the_current_and_the_previous_name_of_an_organisation(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            made = await harness.post("/api/v2/organisations", by="ada", json={"name": "Ember"})
            ember = made.json()["id"]
            await harness.patch(
                f"/api/v2/organisations/{ember}", by="ada", json={"name": "Halden"}, headers={"if-match": made.headers["etag"]}
            )
            found = await items(harness, ember)
            assert found["organisations.created"]["summary"].endswith("created Halden")
            assert found["organisations.renamed"]["summary"].endswith("renamed Ember to Halden")

    asyncio.run(run())


@pytest.mark.parametrize(
    "body",
    ["", "  \n ", "Short.", "Two\n\n  lines", "word " * 200, "長い文章です。" * 100, "short " + "x" * 500, "x" * 140 + " " + "y" * 300,
     "x" * 139 + " " + "y" * 300, "a" * 280, "a" * 281, ("b" * 279) + " c"],
)  # fmt: skip
def test_excerpts_in_sql_and_in_python_are_equal(harness: Harness, body: str) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="member")
            posted = await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "Long", "body": body})
            async with harness.runtime.database.reader() as db:
                found = await db.one(query(str, EXCERPT.replace("{subject}", "$1")), posted.json()["id"])
            assert found == excerpt(body)
            assert len(found) <= EXCERPT_MOST + 2
            assert len(found) >= min(len(" ".join(body.split())), EXCERPT_MOST // 2)

    asyncio.run(run())
