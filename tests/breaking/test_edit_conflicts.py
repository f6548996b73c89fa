"""Nothing typed is lost where someone else saved another version first. Over every form that carries a version."""

from __future__ import annotations

import asyncio
import html
import re

import pytest
from tests.breaking.edited import SCENARIOS, Form, address_of, conflict_of, edit_entry, entry_of, fields_of, form_of, ready, send, shown
from tests.breaking.test_texts_without_end import FORMS
from tests.harness import Harness
from tests.source import SOURCE


def test_every_form_with_a_version_is_a_scenario_here(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await ready(harness)
            versioned = set()
            for route, _route in FORMS:
                if set(re.findall(r"{(\w+):", route)) <= {"slug", "entry_id", "account_id"} and not route.startswith("/staff"):
                    address = await address_of(harness, route)
                    page = await harness.get(address, by="ada")
                    if "version" in fields_of(form_of(page.text, address)):
                        versioned.add(route)
            assert versioned == {scenario.route for scenario in SCENARIOS}

    asyncio.run(run())


def test_no_other_template_sends_a_version() -> None:
    """The dialog of an entry and the rows of members send theirs to the address of a scenario. Texts of emails are in the panel,
    and have tests of their own."""
    found = set()
    for path in SOURCE.rglob("templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        if 'name="version"' in text or "fields.version(" in text:
            found.add(path.name)
    assert found == {
        "form.html",
        "edit.html",
        "delete.html",
        "show.html",
        "profile.html",
        "settings.html",
        "texts.html",
        "role.html",
        "members.html",
        "fields.html",
    }


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.route)
def test_an_edit_of_an_old_version_shows_both_and_loses_nothing(harness: Harness, scenario: Form) -> None:
    async def run() -> None:
        async with harness:
            await ready(harness)
            address = await address_of(harness, scenario.route)
            old = await shown(harness, address)
            harness.clock.advance(minutes=5)
            assert (await scenario.change(harness)).is_success
            await harness.events()
            refused = await send(harness, address, {**old, **scenario.typed})
            assert (refused.status_code, await harness.events()) == (412, [])
            form, conflict = fields_of(form_of(refused.text, address)), html.unescape(conflict_of(refused.text))
            assert {name: form[name] for name in scenario.typed} == scenario.typed
            assert form["version"] != old["version"]
            for text in (*scenario.theirs, *scenario.mine):
                assert text in html.unescape(refused.text), text
            assert re.sub("<[^>]+>", "", conflict).count(f"{scenario.by}, 12:05") == 1
            assert 'target="_blank">Open in a new tab</a>' in conflict
            assert f'form="edit">{scenario.button}</button>' in conflict
            take = "Take saved version" if scenario.by == "Changed by you" else "Take theirs"
            assert (f">{take}</a>" in conflict) == bool(scenario.typed)
            assert f'id="edit" method="post" action="{address}"' in refused.text
            assert not await scenario.is_saved(harness)
            # Having seen it, they overwrite it.
            overwritten = await send(harness, address, form)
            assert overwritten.status_code == 303, overwritten.text
            assert await scenario.is_saved(harness)

    asyncio.run(run())


@pytest.mark.parametrize("scenario", SCENARIOS[:4:3], ids=lambda scenario: scenario.route)
def test_a_further_change_before_overwriting_brings_the_page_again(harness: Harness, scenario: Form) -> None:
    async def run() -> None:
        async with harness:
            await ready(harness)
            address = await address_of(harness, scenario.route)
            old = await shown(harness, address)
            assert (await scenario.change(harness)).is_success
            first = fields_of(form_of((await send(harness, address, {**old, **scenario.typed})).text, address))
            assert (await send(harness, address, {**await shown(harness, address), next(iter(scenario.typed)): "Third"})).status_code == 303
            again = await send(harness, address, first)
            assert again.status_code == 412
            assert "<mark>Third</mark>" in conflict_of(again.text)
            second = fields_of(form_of(again.text, address))
            assert {name: second[name] for name in scenario.typed} == scenario.typed
            assert len({old["version"], first["version"], second["version"]}) == 3

    asyncio.run(run())


@pytest.mark.parametrize("version", [None, "", "x", "-1", "1" * 10, "１"], ids=repr)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.route)
def test_a_broken_or_missing_version_is_refused_and_stays_refused(harness: Harness, scenario: Form, version: str | None) -> None:
    async def run() -> None:
        async with harness:
            await ready(harness)
            address = await address_of(harness, scenario.route)
            sent = {**await shown(harness, address), **scenario.typed, "version": version}
            for _ in range(2):
                refused = await send(harness, address, {name: value for name, value in sent.items() if value is not None})
                assert refused.status_code == 412
                assert "say which version it changes" in refused.text
                assert conflict_of(refused.text) == ""
                form = fields_of(form_of(refused.text, address))
                assert {name: form[name] for name in scenario.typed} == scenario.typed
                assert form["version"] == (version or "")
                sent = dict(form)
            assert not await scenario.is_saved(harness)

    asyncio.run(run())


def test_a_refused_field_does_not_make_the_form_forget_which_version_it_is_of(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await ready(harness)
            for scenario in SCENARIOS[::2]:
                if "name" not in scenario.typed and "title" not in scenario.typed:
                    continue
                address = await address_of(harness, scenario.route)
                old = await shown(harness, address)
                assert (await scenario.change(harness)).is_success
                line = "title" if "title" in scenario.typed else "name"
                refused = await send(harness, address, {**old, line: " "})
                assert refused.status_code == 422
                assert fields_of(form_of(refused.text, address))["version"] == old["version"]

    asyncio.run(run())


def test_the_text_of_an_entry_that_has_since_been_deleted_can_be_posted_as_a_new_one(harness: Harness) -> None:
    scenario = SCENARIOS[0]

    async def run() -> None:
        async with harness:
            await ready(harness)
            address = await address_of(harness, scenario.route)
            sent = {**await shown(harness, address), **scenario.typed}
            entry = address.split("/")[4]
            assert (await harness.delete(f"/api/v2/entries/{entry}", by="bo", headers={"If-Match": "*"})).status_code == 204
            gone = await send(harness, address, sent)
            assert gone.status_code == 404
            assert "has been deleted" in conflict_of(gone.text)
            form = fields_of(form_of(gone.text, "/o/ember/entries/new"))
            assert {name: form[name] for name in scenario.typed} == scenario.typed
            assert ">Post as a new entry</button>" in gone.text
            assert (await send(harness, "/o/ember/entries/new", form)).status_code == 303
            posted = await entry_of(harness)
            assert (posted["title"], posted["body"], posted["version"]) == ("Mine of the title", "My text\nof two lines", 1)
            assert posted["id"] != entry

    asyncio.run(run())


def test_a_time_that_the_conflict_shows_as_mine_is_saved_although_nobody_touched_it(harness: Harness) -> None:
    """They moved the entry, and the form that is shown again still holds the time it had before."""

    async def run() -> None:
        async with harness:
            await ready(harness)
            address = await address_of(harness, SCENARIOS[0].route)
            before = (await entry_of(harness))["occurred_at"]
            old = await shown(harness, address)
            assert (await edit_entry(harness)).is_success
            refused = await send(harness, address, {**old, "title": "Mine"})
            assert (await send(harness, address, fields_of(form_of(refused.text, address)))).status_code == 303
            assert (await entry_of(harness))["occurred_at"] == before

    asyncio.run(run())


def test_what_others_wrote_is_no_markup_in_the_comparison(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await ready(harness)
            address = await address_of(harness, SCENARIOS[0].route)
            old = await shown(harness, address)
            sent = {"title": "<script>theirs()</script>", "body": "</textarea><b>theirs</b>"}
            assert (
                await harness.patch(f"/api/v2/entries/{address.split('/')[4]}", by="bo", json=sent, headers={"If-Match": "*"})
            ).is_success
            refused = await send(harness, address, {**old, "title": "<i>mine</i>", "body": "<u>mine</u>"})
            assert refused.status_code == 412
            assert not re.search(r"<(script>theirs|b>|i>mine|u>)|</textarea><b>", refused.text)
            assert "theirs()" in conflict_of(refused.text)

    asyncio.run(run())
