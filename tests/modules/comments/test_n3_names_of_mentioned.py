"""N3: whoever the picker offers can be mentioned, however their name begins, and an edit loses nobody."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.modules.comments.commenting import entry_of, send
from tests.web.markup import parse


def field_of(page: str, name: str) -> str:
    """What a field of the form for editing holds."""
    elements, _faults = parse(page)
    form = next(one for one in elements if one.tag == "form" and one.get("id") == "edit")
    found = next(one for one in form.inside if one.get("name") == name)
    return found.text.removeprefix("\n") if found.tag == "textarea" else str(found.get("value"))


def test_an_edit_keeps_who_was_chosen_of_two_with_the_same_name(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", t1="member", t2="member")
            await harness.sql("UPDATE accounts SET name = 'Twin' WHERE name LIKE 'T%'")
            entry, chosen = await entry_of(harness), harness.people["t2"].id
            path = f"/o/ember/entries/{entry}/comments"
            await send(harness, "ada", path, body="@Twin, see this", mentioned=chosen)
            (row,) = await harness.sql("SELECT id FROM comments")
            page = (await harness.get(f"{path}/{row['id']}/edit", by="ada")).text
            body = field_of(page, "body")
            assert body == "@Twin, see this"
            sent = {name: field_of(page, name) for name in ("mentioned", "version")}
            answer = await send(harness, "ada", f"{path}/{row['id']}/edit", body=f"{body} (typo fixed)", **sent)
            assert answer.status_code == 303, answer.text
            (row,) = await harness.sql("SELECT body FROM comments")
            assert row["body"] == f"@[{chosen}], see this (typo fixed)"

    asyncio.run(run())


@pytest.mark.parametrize("name", ["🎉 Bo", "(Bo) Fair", "'Bo", "“Bo”", "-bo-", "[Bo]"])
@pytest.mark.parametrize("at", ["@", "＠"])
def test_a_name_can_begin_with_what_is_no_letter(harness: Harness, name: str, at: str) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await harness.sql("UPDATE accounts SET name = $2 WHERE id = $1", harness.people["bo"].id, name)
            entry = await entry_of(harness)
            await send(harness, "ada", f"/o/ember/entries/{entry}/comments", body=f"Hello {at}{name}, see this")
            (row,) = await harness.sql("SELECT body FROM comments")
            assert row["body"] == f"Hello @[{harness.people['bo'].id}], see this"

    asyncio.run(run())
