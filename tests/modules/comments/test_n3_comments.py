"""N3: members comment on entries; authors edit and delete their own comments, moderators delete all."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.harness import Harness
from tests.modules.comments.commenting import comment, entry_of, mention, send


def test_a_member_comments_and_everyone_reads_it(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member", cy="viewer")
            entry = await entry_of(harness)
            await harness.events()
            made = await comment(harness, "bo", entry, "Runs again\r\n\r\nsince noon ")
            assert await harness.events() == ["comments.posted"]
            assert made["body"] == "Runs again\n\nsince noon"
            assert (made["author"], made["entry"], made["mentions"], made["version"]) == (harness.people["bo"].id, entry, [], 1)
            for who in ("ada", "bo", "cy"):
                found = (await harness.get(f"/api/v2/comments?entry={entry}", by=who)).json()
                assert found == {"items": [made], "next_cursor": None}
                assert (await harness.get(f"/api/v2/comments/{made['id']}", by=who)).json() == made
                page = await harness.get(f"/o/ember/entries/{entry}", by=who)
                assert "Runs again" in page.text
                assert ("Post comment" in page.text) is (who != "cy")

    asyncio.run(run())


def test_only_the_author_edits_and_a_moderator_deletes(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member", cy="member")
            entry = await entry_of(harness)
            made = await comment(harness, "bo", entry)
            path, any_version = f"/api/v2/comments/{made['id']}", {"If-Match": "*"}
            for who in ("ada", "cy"):
                assert (await harness.patch(path, by=who, json={"body": "No"}, headers=any_version)).status_code == 403
            assert (await harness.delete(path, by="cy", headers=any_version)).status_code == 403
            await harness.events()
            changed = await harness.patch(path, by="bo", json={"body": "Yes"}, headers=any_version)
            assert (changed.status_code, changed.json()["body"], changed.json()["version"]) == (200, "Yes", 2)
            same = await harness.patch(path, by="bo", json={"body": "Yes"}, headers=any_version)
            assert same.json()["version"] == 2
            assert (await harness.delete(path, by="ada", headers=any_version)).status_code == 204
            assert await harness.events() == ["comments.changed", "comments.deleted"]
            assert (await harness.get(path, by="bo")).status_code == 404

    asyncio.run(run())


def test_an_edit_of_another_version_is_refused_and_the_text_is_not_lost(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            entry = await entry_of(harness)
            made = await comment(harness, "ada", entry)
            path = f"/o/ember/entries/{entry}/comments/{made['id']}"
            await harness.patch(f"/api/v2/comments/{made['id']}", by="ada", json={"body": "On the phone"}, headers={"If-Match": "*"})
            answer = await send(harness, "ada", f"{path}/edit", body="At the desk", version="1")
            assert answer.status_code == 412
            assert "At the desk" in answer.text
            assert "phone" in answer.text
            assert (await send(harness, "ada", f"{path}/delete", version="1")).status_code == 412
            again = await send(harness, "ada", f"{path}/edit", body="At the desk", version="2")
            assert (again.status_code, again.headers["location"]) == (303, f"/o/ember/entries/{entry}?comment={made['id']}#{made['id']}")
            gone = await send(harness, "ada", f"{path}/delete", version="3")
            assert (gone.status_code, gone.headers["location"]) == (303, f"/o/ember/entries/{entry}#comments")

    asyncio.run(run())


@pytest.mark.parametrize("body", ["", " \n ", "\u200b", "x" * 5001, "a\u202eb"])
def test_what_is_no_comment_is_refused_in_place(harness: Harness, body: str) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            entry = await entry_of(harness)
            refused = await harness.post("/api/v2/comments", by="ada", json={"entry": entry, "body": body})
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "body")
            page = await send(harness, "ada", f"/o/ember/entries/{entry}/comments", body=body)
            assert page.status_code == 422
            assert 'id="body-error"' in page.text
            assert "Pump 4" in page.text

    asyncio.run(run())


def test_strangers_cannot_even_learn_that_it_exists(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await harness.organisation("quartz", eve="owner")
            entry = await entry_of(harness)
            made = await comment(harness, "bo", entry)
            there = await entry_of(harness, "eve", "quartz")
            tried: list[Any] = [
                await harness.get(f"/api/v2/comments?entry={entry}", by="eve"),
                await harness.post("/api/v2/comments", by="eve", json={"entry": entry, "body": "Hello"}),
                await harness.get(f"/api/v2/comments/{made['id']}", by="eve"),
                await harness.delete(f"/api/v2/comments/{made['id']}", by="eve", headers={"If-Match": "*"}),
                await send(harness, "eve", f"/o/quartz/entries/{entry}/comments", body="Hello"),
                await send(harness, "eve", f"/o/quartz/entries/{there}/comments/{made['id']}/edit", body="Mine", version="1"),
                await send(harness, "eve", f"/o/quartz/entries/{entry}/comments/{made['id']}/delete", version="1"),
            ]
            assert [answer.status_code for answer in tried] == [404] * len(tried)
            assert (await harness.get(f"/api/v2/comments/{made['id']}", by="bo")).json() == made

    asyncio.run(run())


def test_the_latest_are_on_the_page_and_the_others_behind_a_link(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            entry = await entry_of(harness)
            for number in range(23):
                await comment(harness, "ada", entry, f"Number {number:02}.")
            page = (await harness.get(f"/o/ember/entries/{entry}", by="ada")).text
            assert "Number 02." not in page
            assert page.index("Number 03.") < page.index("Number 22.")
            earlier = page.partition("#comments")[0].rpartition('href="')[2].replace("&amp;", "&")
            page = (await harness.get(earlier, by="ada")).text
            assert page.index("Number 00.") < page.index("Number 02.")
            assert "Show the latest comments" in page

    asyncio.run(run())


@pytest.mark.parametrize("amount", [1, 100])
def test_a_page_makes_as_many_queries_however_many_comments_there_are(harness: Harness, amount: int) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            entry = await entry_of(harness)
            for number in range(amount):
                await comment(harness, ("ada", "bo")[number % 2], entry, mention(harness, "bo", "ada"))
            answer = await harness.get(f"/api/v2/comments?entry={entry}&limit=100", by="ada")
            assert len(answer.json()["items"]) == amount
            # The budgets of both routes are checked by the kernel.
            assert (await harness.get(f"/o/ember/entries/{entry}", by="ada")).status_code == 200

    asyncio.run(run())
