"""The history of an entry: every version stays with who saved it and when, for whoever may read the entry, until the entry is deleted."""

from __future__ import annotations

import asyncio
import html
import io
import json
import re
import zipfile
from typing import Any

import pytest
from tests.harness import Harness

from phoenix.modules.accounts.jobs import erase_due

FIRST = {"title": "Valve replaced", "body": "It leaked.", "time_zone": "UTC"}


async def posted(harness: Harness) -> str:
    ember = await harness.organisation("ember", ada="member", bo="administrator", cy="viewer")
    made = await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, **FIRST})
    return str(made.json()["id"])


async def edit(harness: Harness, entry: str, by: str, **change: str) -> None:
    harness.clock.advance(minutes=4)
    changed = await harness.patch(f"/api/v2/entries/{entry}", by=by, json=change, headers={"If-Match": "*"})
    assert changed.status_code == 200, changed.text


async def versions(harness: Harness, entry: str, by: str = "cy", **asked: Any) -> list[dict[str, Any]]:
    answer = await harness.get(f"/api/v2/entries/{entry}/versions", by=by, params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def page(harness: Harness, entry: str, query: str = "") -> str:
    answer = await harness.get(f"/o/ember/entries/{entry}/history{query}", by="cy")
    assert answer.status_code == 200, answer.text
    return html.unescape(re.sub(r"</?bdi[^>]*>", "", answer.text))


def test_every_change_keeps_the_earlier_version_with_who_saved_it_and_when(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            entry, people = await posted(harness), harness.people
            await edit(harness, entry, "ada", title="Valve mended")
            await edit(harness, entry, "bo", body="It leaked\nagain.", occurred_at="2026-11-22T08:00:00Z")
            await edit(harness, entry, "ada", time_zone="Asia/Tokyo")
            found = await versions(harness, entry)
            assert [(v["version"], v["editor"], v["saved_at"][11:16], v["title"], v["body"]) for v in found] == [
                (4, people["ada"].id, "12:12", "Valve mended", "It leaked\nagain."),
                (3, people["bo"].id, "12:08", "Valve mended", "It leaked\nagain."),
                (2, people["ada"].id, "12:04", "Valve mended", "It leaked."),
                (1, people["ada"].id, "12:00", "Valve replaced", "It leaked."),
            ]
            assert [v["occurred_at"][:16] for v in found] == [
                "2026-11-22T08:00",
                "2026-11-22T08:00",
                "2026-11-23T12:00",
                "2026-11-23T12:00",
            ]
            assert [v["time_zone"] for v in found] == ["Asia/Tokyo", "UTC", "UTC", "UTC"]
            # A change of nothing makes no version.
            await edit(harness, entry, "ada", title="Valve mended")
            assert len(await versions(harness, entry)) == 4

    asyncio.run(run())


def test_the_page_shows_a_row_for_each_version_and_what_it_changed(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            entry = await posted(harness)
            await edit(harness, entry, "bo", title="Valve mended", body="It leaked twice.")
            assert f'href="/o/ember/entries/{entry}/history"' in (await harness.get(f"/o/ember/entries/{entry}", by="cy")).text
            latest = await page(harness, entry)
            assert "Valve <del>removed: replaced</del><ins>added: mended</ins>" in latest
            assert "It leaked<ins>added:  twice</ins>." in latest
            assert "Compared with version 1" in latest
            rows = [re.sub(r"<[^>]+>|\s+", " ", row) for row in re.findall(r'<li class="line">.*?</li>', latest, re.DOTALL)]
            assert [" ".join(row.split()) for row in rows] == ["B Version 2 Shown Bo, 12:04", "A Version 1 Ada, 12:00"]
            first = await page(harness, entry, "?version=1")
            assert "The first version" in first
            assert "<ins>" not in first
            assert ">Valve replaced</div>" in first
            missing = await harness.get(f"/o/ember/entries/{entry}/history?version=3", by="cy")
            assert (missing.status_code, "This version doesn't exist." in html.unescape(missing.text)) == (404, True)

    asyncio.run(run())


@pytest.mark.parametrize("rows", [1, 100])
def test_the_versions_take_as_many_queries_for_100_rows_as_for_1(harness: Harness, rows: int) -> None:
    async def run() -> None:
        async with harness:
            entry = await posted(harness)
            for number in range(1, rows):
                await edit(harness, entry, "ada" if number % 2 else "bo", title=f"Title {number}")
            of_api = await harness.get(f"/api/v2/entries/{entry}/versions", by="cy", params={"limit": 100})
            assert (len(of_api.json()["items"]), of_api.headers["x-phoenix-queries"]) == (rows, "2")
            of_page = await harness.get(f"/o/ember/entries/{entry}/history", by="cy")
            # More queries than the page declares would be a fault.
            assert (of_page.status_code, of_page.text.count('<li class="line">')) == (200, min(rows, 20))
            assert ("Next page" in of_page.text) == (rows > 20)

    asyncio.run(run())


def test_edits_at_once_each_keep_the_version_before_them(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            entry = await posted(harness)
            await asyncio.gather(*(edit(harness, entry, "ada", title=f"At once {number}") for number in range(12)))
            found = await versions(harness, entry, limit=50)
            assert [v["version"] for v in found] == list(range(13, 0, -1))
            assert sorted(v["title"] for v in found[:-1]) == sorted(f"At once {number}" for number in range(12))

    asyncio.run(run())


def test_strangers_and_other_organisations_see_no_version(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            entry = await posted(harness)
            await harness.organisation("birch", eve="owner", cy="owner")
            assert (await harness.get(f"/api/v2/entries/{entry}/versions", by="eve")).status_code == 404
            assert (await harness.get(f"/o/ember/entries/{entry}/history", by="eve")).status_code == 404
            assert (await harness.get(f"/o/birch/entries/{entry}/history", by="cy")).status_code == 404

    asyncio.run(run())


@pytest.mark.parametrize("deleted", ["the entry", "its organisation"])
def test_the_texts_of_a_deleted_entry_go_with_all_their_versions(harness: Harness, deleted: str) -> None:
    async def run() -> None:
        async with harness:
            entry = await posted(harness)
            await edit(harness, entry, "ada", title="Valve mended")
            assert await harness.sql("SELECT 1 FROM entry_versions")
            if deleted == "the entry":
                assert (await harness.delete(f"/api/v2/entries/{entry}", by="ada", headers={"If-Match": "*"})).status_code == 204
                assert (await harness.get(f"/api/v2/entries/{entry}/versions", by="ada")).status_code == 404
            else:
                await harness.sql("DELETE FROM organisations")
            assert await harness.sql("SELECT 1 FROM entry_versions") == []

    asyncio.run(run())


def test_versions_of_a_deleted_person_stay_without_their_name(harness: Harness) -> None:
    """As their entries do: what was written for others stays."""

    async def run() -> None:
        async with harness:
            entry = await posted(harness)
            await edit(harness, entry, "bo", title="Valve mended")
            await edit(harness, entry, "ada", title="Valve exchanged")
            await harness.sql("UPDATE accounts SET erase_at = $2 WHERE id = $1", harness.people["bo"].id, harness.clock.now())
            await erase_due(harness.runtime)
            await harness.work()
            shown = await page(harness, entry, "?version=2")
            assert re.findall(r"<p>([^<]*), <time", shown) == ["Ada", "Deleted person", "Ada"]
            assert ">Valve <del>removed: replaced</del><ins>added: mended</ins><" in shown

    asyncio.run(run())


def test_a_copy_of_ones_data_has_the_versions_one_saved_and_none_of_others(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            entry = await posted(harness)
            await edit(harness, entry, "bo", title="Of Bo")
            await edit(harness, entry, "ada", title="Of Ada")
            await edit(harness, entry, "bo", title="Of Bo again")
            expected = {"ada": [(1, "Valve replaced"), (3, "Of Ada")], "bo": [(2, "Of Bo"), (4, "Of Bo again")]}
            for name, saved in expected.items():
                export = (await harness.post("/api/v2/exports", by=name)).json()["id"]
                await harness.work()
                answer = await harness.get(f"/api/v2/exports/{export}/archive", by=name)
                with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
                    part = json.loads(packed.read("entries.json"))
                assert [(v["number"], v["title"]) for v in part["entry_versions"]] == saved

    asyncio.run(run())


def test_an_edit_by_code_of_the_last_release_names_nobody_and_loses_no_more_than_the_version_before_it(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            entry = await posted(harness)
            await edit(harness, entry, "bo", title="Of Bo")
            harness.clock.advance(minutes=4)
            later = harness.clock.now()
            # Its statement knows no versions.
            await harness.sql("UPDATE entries SET title = 'By 2.0', updated_at = $1, version = version + 1", later)
            await edit(harness, entry, "ada", title="Of Ada")
            found = [(v["version"], v["title"], v["editor"]) for v in await versions(harness, entry)]
            ada = harness.people["ada"].id
            assert found == [(4, "Of Ada", ada), (3, "By 2.0", None), (1, "Valve replaced", ada)]
            shown = await page(harness, entry, "?version=3")
            assert "Not recorded" in shown
            assert "Compared with version 1" in shown
            await harness.sql("DELETE FROM entry_versions WHERE number < 4")
            assert "Earlier versions weren't saved." in await page(harness, entry)

    asyncio.run(run())
