"""The README's worked example: after `phoenix new-module notes` and one line in the composition, a note appears in the feed."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.harness import Harness, Place
from tests.modules.organisations.deleting import GRACE, close, due

import phoenix.modules
from phoenix.composition import MIGRATIONS, MODULES
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.module import Module
from phoenix.kernel.registry import Registry
from phoenix.kernel.web.csrf import token_for
from phoenix.modules.accounts.jobs import erase_due
from phoenix.modules.feed import live
from phoenix.operations.grants import grant, role_of
from phoenix.operations.migrate import migrate
from phoenix.operations.new_module import BadName, new_module


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Module]:
    """The generated module, importable next to ours."""
    new_module("notes", tmp_path / "modules")
    monkeypatch.setattr(phoenix.modules, "__path__", [*phoenix.modules.__path__, str(tmp_path / "modules")])
    importlib.invalidate_caches()
    yield importlib.import_module("phoenix.modules.notes.module").MODULE
    for name in [name for name in sys.modules if name.startswith("phoenix.modules.notes")]:
        del sys.modules[name]


def test_a_new_module_posts_a_note_that_appears_in_the_feed(place: Place, notes: Module) -> None:
    async def run() -> None:
        assert await migrate(place.owner, [*MIGRATIONS, notes.migrations]) == ["notes_0001"]
        await grant(place.owner, role_of(place.database))
        async with Harness(place, registry=Registry([*MODULES, notes])) as harness:
            ember = await harness.organisation("ember", ada="member", bo="viewer")
            made = await harness.post("/api/v2/notes", by="ada", json={"organisation": ember, "text": "Buy valves"})
            assert (made.status_code, made.json()["text"]) == (201, "Buy valves")
            read = await harness.get(made.headers["location"], by="bo")
            assert (read.status_code, read.json()) == (200, made.json())
            await harness.organisation("other", eve="owner")
            assert (await harness.get(made.headers["location"], by="eve")).status_code == 404
            assert (await harness.get("/api/v2/notes/not_one", by="bo")).status_code == 404
            assert await harness.events() == ["notes.posted"]
            feed = await harness.get(f"/api/v2/feed?organisation={ember}", by="bo")
            assert feed.json()["items"][0]["summary"] == "Ada posted the note “Buy valves”"
            assert (await harness.get(f"/api/v2/notes?organisation={ember}", by="bo")).json()["items"][0]["text"] == "Buy valves"
            for path in ("/o/ember/notes", "/o/ember/feed"):
                page = await harness.get(path, by="bo")
                assert page.status_code == 200
                assert "Buy valves" in page.text
            assert (await harness.post("/api/v2/notes", by="bo", json={"organisation": ember, "text": "t"})).status_code == 403
            assert (await harness.post("/api/v2/notes", by="ada", json={"organisation": ember, "text": " "})).status_code == 422

    asyncio.run(run())


def test_a_notes_text_is_in_no_event_and_is_erased_with_its_author(place: Place, notes: Module) -> None:
    """The feed and its sockets read the note from its table, so once its author is erased it is shown nowhere."""

    async def run() -> None:
        await migrate(place.owner, [*MIGRATIONS, notes.migrations])
        await grant(place.owner, role_of(place.database))
        async with Harness(place, registry=Registry([*MODULES, notes])) as harness:
            ember = await harness.organisation("ember", ada="member", bo="owner")
            for name, text in (("ada", "Buy valves"), ("bo", "Sell pumps")):
                await harness.post("/api/v2/notes", by=name, json={"organisation": ember, "text": text})
            await harness.follow()
            assert await harness.sql("SELECT 1 FROM events WHERE data::text ~ 'valves'") == []
            assert await harness.sql("SELECT 1 FROM audit_log WHERE data::text ~ 'valves'") == []
            [posted] = await recorded(harness, "ada")
            [(_, _, message)] = await live.tell(harness.runtime, [posted])
            assert (message.payload["data"]["text"], message.payload["summary"]) == ("Buy valves", "Ada posted the note “Buy valves”")

            assert (await harness.delete("/api/v2/me", by="ada")).status_code == 204
            harness.clock.advance(days=14)
            await erase_due(harness.runtime)
            assert "accounts.erase" in await harness.work()
            assert [row["text"] for row in await harness.sql("SELECT text FROM notes")] == ["Sell pumps"]
            feed = (await harness.get(f"/api/v2/feed?organisation={ember}", by="bo")).json()["items"]
            assert [item["data"]["text"] for item in feed] == ["Sell pumps", None]
            assert feed[1]["summary"] == "Deleted person posted the note “[deleted]”"
            page = await harness.get("/o/ember/feed", by="bo")
            assert page.status_code == 200
            assert "valves" not in page.text

    asyncio.run(run())


@pytest.mark.parametrize("text", ["\u200b\u200b", "a\x07b", "\u202eabc", "e" + "\u0301" * 300, "x" * 501])
def test_a_note_is_a_text_like_any_other(place: Place, notes: Module, text: str) -> None:
    """Bounded, visible, and in no other direction than it says."""

    async def run() -> None:
        await migrate(place.owner, [*MIGRATIONS, notes.migrations])
        await grant(place.owner, role_of(place.database))
        async with Harness(place, registry=Registry([*MODULES, notes])) as harness:
            ember = await harness.organisation("ember", ada="member")
            by_api = await harness.post("/api/v2/notes", by="ada", json={"organisation": ember, "text": text})
            assert (by_api.status_code, by_api.json()["errors"][0]["field"]) == (422, "text")
            sent = {"csrf": token_for(harness.runtime, harness.people["ada"].id), "text": text}
            assert (await harness.post("/o/ember/notes", by="ada", data=sent)).status_code == 422
            made = await harness.post("/api/v2/notes", by="ada", json={"organisation": ember, "text": " Buy  e\u0301toile "})
            assert made.json()["text"] == "Buy étoile"

    asyncio.run(run())


def test_a_new_module_inherits_what_its_organisation_and_pages_promise(place: Place, notes: Module) -> None:
    """Its page is live, it offers nothing while the organisation is closing, and what it holds is deleted with it."""

    async def run() -> None:
        await migrate(place.owner, [*MIGRATIONS, notes.migrations])
        await grant(place.owner, role_of(place.database))
        async with Harness(place, registry=Registry([*MODULES, notes])) as harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await harness.post("/api/v2/notes", by="bo", json={"organisation": ember, "text": "Buy valves"})
            page = (await harness.get("/o/ember/notes", by="bo")).text
            assert 'id="notes" data-live-part="organisation"' in page
            assert 'name="text"' in page
            assert "<dt>Notes</dt><dd>1</dd>" in (await harness.get("/o/ember/deletion", by="ada")).text
            await close(harness, ember)
            page = (await harness.get("/o/ember/notes", by="bo")).text
            assert ("Buy valves" in page, 'name="text"' in page) == (True, False)
            sent = {"csrf": token_for(harness.runtime, harness.people["bo"].id), "text": "Sell pumps"}
            late = await harness.post("/o/ember/notes", by="bo", data=sent)
            assert (late.status_code, "Sell pumps" in late.text) == (409, True)
            harness.clock.advance(seconds=GRACE.total_seconds())
            await due(harness)
            assert await harness.sql("SELECT 1 FROM notes UNION ALL SELECT 1 FROM organisations") == []

    asyncio.run(run())


async def recorded(harness: Harness, actor: str) -> list[Recorded]:
    """The events of notes that someone posted, as followers get them."""
    rows = await harness.sql(
        "SELECT 1 AS transaction, number, id, kind, organisation_id AS organisation, actor_id AS actor, subject, data, occurred_at"
        " FROM events WHERE kind = 'notes.posted' AND actor_id = $1",
        harness.people[actor].id,
    )
    return [Recorded(**row) for row in rows]


@pytest.mark.parametrize("name", ["Notes", "2notes", "class", "no-tes", "", "_notes"])
def test_names_that_cannot_be_modules_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadName, match="cannot be a module"):
        new_module(name, tmp_path)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    new_module("notes", tmp_path)
    with pytest.raises(BadName, match="already exists"):
        new_module("notes", tmp_path)
