"""N3: what is muted is listed as it is called, to those who may still read it."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.harness import Harness
from tests.modules.comments.commenting import entry_of

SETTINGS = "/settings/notifications"


async def muted(harness: Harness, who: str) -> list[tuple[str, Any]]:
    answer = await harness.get("/api/v2/mutes", by=who)
    return [(one["thing"], one["title"]) for one in answer.json()["items"]]


def test_what_is_muted_is_listed_by_its_title_and_leads_there(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            entry = await entry_of(harness, "ada")
            [row] = await harness.sql("SELECT title FROM entries WHERE id = $1", entry)
            await harness.put(f"/api/v2/mutes?thing={entry}", by="bo")
            assert await muted(harness, "bo") == [(entry, row["title"])]
            page = (await harness.get(SETTINGS, by="bo")).text
            assert f'<a href="/o/ember/entries/{entry}">{row["title"]}</a>' in page
            assert f"Unmute {row['title']}" in page

    asyncio.run(run())


def test_what_they_may_not_read_has_no_title_for_them(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await harness.organisation("frost", cy="owner")
            eve = await harness.person("eve")
            entry = await entry_of(harness, "ada")
            [row] = await harness.sql("SELECT title FROM entries WHERE id = $1", entry)
            for thing in (entry, eve.id, "ent_gone"):
                for who in ("bo", "cy"):
                    await harness.put(f"/api/v2/mutes?thing={thing}", by=who)
            assert dict(await muted(harness, "bo")) == {entry: row["title"], eve.id: None, "ent_gone": None}
            assert dict(await muted(harness, "cy")) == {entry: None, eve.id: None, "ent_gone": None}
            page = (await harness.get(SETTINGS, by="cy")).text
            assert row["title"] not in page
            assert f'No longer available <code class="muted">{entry}</code>' in page
            bo = harness.people["bo"].id
            assert (await harness.delete(f"/api/v2/organisations/{ember}/members/{bo}", by="ada")).status_code == 204
            assert dict(await muted(harness, "bo"))[entry] is None

    asyncio.run(run())


def test_a_muted_webhook_is_called_by_its_host_to_those_who_manage_it(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            data = {"organisation": ember, "url": "https://hooks.example:8443/secret-path"}
            made = (await harness.post("/api/v2/webhooks", by="ada", json=data)).json()["id"]
            for who in ("ada", "bo"):
                await harness.put(f"/api/v2/mutes?thing={made}", by=who)
            assert await muted(harness, "ada") == [(made, "hooks.example:8443")]
            assert await muted(harness, "bo") == [(made, None)]
            assert f'href="/o/ember/webhooks/{made}"' in (await harness.get(SETTINGS, by="ada")).text

    asyncio.run(run())
