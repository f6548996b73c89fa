"""The README's worked example: `phoenix new-module notes`, two lines of composition, and a note appears in the feed."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.harness import Harness, Place

import phoenix.modules
from phoenix.composition import MIGRATIONS, MODULES
from phoenix.kernel.module import Module
from phoenix.kernel.registry import Registry
from phoenix.operations.grants import grant, role_of
from phoenix.operations.migrate import migrate
from phoenix.operations.new_module import BadName, new_module


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Module]:
    """The module as it was laid out, importable beside ours."""
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


@pytest.mark.parametrize("name", ["Notes", "2notes", "class", "no-tes", "", "_notes"])
def test_names_that_cannot_be_modules_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadName, match="cannot be a module"):
        new_module(name, tmp_path)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    new_module("notes", tmp_path)
    with pytest.raises(BadName, match="already exists"):
        new_module("notes", tmp_path)
