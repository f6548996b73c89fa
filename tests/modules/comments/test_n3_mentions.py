"""N3: mentions in comments, by id in the API and by name on pages; who is notified of what, once."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.modules.comments.commenting import comment, entry_of, mention, send
from tests.modules.notifications.notifying import inbox

from phoenix.modules.comments.actions.mentions import mentions_in, with_names


async def summaries(harness: Harness, who: str) -> list[str]:
    return [item["summary"] for item in await inbox(harness, who)]


def test_who_is_mentioned_and_who_takes_part_is_notified_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member", cy="member", di="member")
            entry = await entry_of(harness, "ada")
            await comment(harness, "bo", entry, f"Ask {mention(harness, 'cy')}")
            await harness.follow()
            assert await summaries(harness, "ada") == ["Bo commented on “Pump 4” in Ember"]
            assert await summaries(harness, "cy") == ["Bo mentioned you in a comment on “Pump 4” in Ember"]
            made = await comment(harness, "cy", entry, f"{mention(harness, 'bo', 'bo', 'cy')} see above")
            assert made["mentions"] == [harness.people["bo"].id, harness.people["cy"].id]
            await harness.follow()
            # Who is mentioned is not notified of the comment as well, and nobody of their own.
            assert await summaries(harness, "bo") == ["Cy mentioned you in a comment on “Pump 4” in Ember"]
            assert len(await summaries(harness, "ada")) == 2
            assert len(await summaries(harness, "cy")) == 1
            assert await summaries(harness, "di") == []
            (newest, *_) = await inbox(harness, "bo")
            assert newest["link"] == f"/o/ember/comments/{made['id']}"

    asyncio.run(run())


def test_an_edit_notifies_whom_it_mentions_for_the_first_time(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member", cy="member")
            entry = await entry_of(harness, "ada")
            made = await comment(harness, "ada", entry, mention(harness, "bo"))
            await harness.events()
            for body in (mention(harness, "bo", "cy"), "Nobody", mention(harness, "bo", "cy")):
                path = f"/api/v2/comments/{made['id']}"
                answer = await harness.patch(path, by="ada", json={"body": body}, headers={"If-Match": "*"})
                assert answer.status_code == 200, answer.text
            changed, named = "comments.changed", "comments.person_mentioned"
            assert await harness.events() == [changed, named, changed, changed], "who was taken out and put in again has been notified"

    asyncio.run(run())


def test_someone_who_left_is_notified_of_nothing_and_stays_in_the_text(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            entry = await entry_of(harness, "bo")
            made = await comment(harness, "ada", entry, mention(harness, "bo"))
            await harness.delete(f"/api/v2/organisations/{ember}/members/{harness.people['bo'].id}", by="ada")
            await harness.follow()
            assert await summaries(harness, "bo") == ["Ada removed you from Ember"]
            await comment(harness, "ada", entry)
            await harness.follow()
            assert len(await summaries(harness, "bo")) == 1
            # A text that mentioned them before can still be edited, a new one cannot mention them.
            kept = {"body": f"{made['body']} was here"}
            path = f"/api/v2/comments/{made['id']}"
            assert (await harness.patch(path, by="ada", json=kept, headers={"If-Match": "*"})).status_code == 200
            refused = await harness.post("/api/v2/comments", by="ada", json={"entry": entry, "body": made["body"]})
            assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unknown")

    asyncio.run(run())


def test_nobody_outside_can_be_mentioned_nor_more_than_twenty(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            await harness.organisation("quartz", eve="owner")
            entry = await entry_of(harness)
            for body, code in (
                (mention(harness, "eve"), "unknown"),
                ("@[acc_01m8aat0tneqpss0esrbak8xtq]", "unknown"),
                (" ".join(f"@[acc_{number}]" for number in range(21)), "too_many"),
            ):
                answer = await harness.post("/api/v2/comments", by="ada", json={"entry": entry, "body": body})
                assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("@Bo see this", "@[bo] see this"),
        ("(@bo), @BO.", "(@[bo]), @[bo]."),
        ("@Bo Lind: hello", "@[lind]: hello"),
        ("@Boris", "@Boris"),
        ("mail@Bo and @@Bo", "mail@Bo and @@Bo"),
        ("@nobody", "@nobody"),
        ("@Ümit Öz!", "@[oz]!"),
        ("@Twin", "@Twin"),
        ("確認お願いします@田中さん", "確認お願いします@[tanaka]さん"),
        ("@田中太郎へ", "@[taro]へ"),
        ("@Boさん", "@[bo]さん"),
        ("é@Bo", "é@Bo"),
        ("＠Bo Lind を見て", "@[lind] を見て"),
        ("@Bo\u3000Lind", "@[lind]"),
        ("＠＠Bo, b＠Bo", "＠＠Bo, b＠Bo"),
    ],
)
def test_on_pages_names_are_typed(harness: Harness, typed: str, stored: str) -> None:
    names = {"bo": "Bo", "lind": "Bo Lind", "oz": "Ümit Öz", "t1": "Twin", "t2": "Twin", "tanaka": "田中", "taro": "田中太郎"}

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", **dict.fromkeys(names, "member"))
            for who, name in names.items():
                await harness.sql("UPDATE accounts SET name = $2 WHERE id = $1", harness.people[who].id, name)
            entry = await entry_of(harness)
            answer = await send(harness, "ada", f"/o/ember/entries/{entry}/comments", body=typed)
            assert answer.status_code == 303, answer.text
            (row,) = await harness.sql("SELECT body FROM comments")
            for who in names:
                stored_for = row["body"].replace(harness.people[who].id, who)
                row = {"body": stored_for}
            assert row["body"] == stored
            page = (await harness.get(f"/o/ember/entries/{entry}", by="ada")).text
            assert "acc_" not in page.partition('id="comment-list"')[2].partition("</ol>")[0]

    asyncio.run(run())


def test_of_people_with_the_same_name_the_chosen_one_is_mentioned(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", t1="member", t2="member")
            await harness.sql("UPDATE accounts SET name = 'Twin' WHERE name LIKE 'T%'")
            entry, chosen = await entry_of(harness), harness.people["t2"].id
            await send(harness, "ada", f"/o/ember/entries/{entry}/comments", body="@Twin", mentioned=f"acc_nobody,{chosen}")
            (row,) = await harness.sql("SELECT body FROM comments")
            assert row["body"] == f"@[{chosen}]"

    asyncio.run(run())


def test_on_the_page_a_mention_differs_from_text_that_looks_like_one(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await harness.sql("UPDATE accounts SET name = '<b>Bo</b>' WHERE id = $1", harness.people["bo"].id)
            entry = await entry_of(harness)
            await comment(harness, "ada", entry, f"{mention(harness, 'bo')} and @Boris <i>&amp;\r\n\r\nTwo\nlines")
            page = (await harness.get(f"/o/ember/entries/{entry}", by="ada")).text
            shown = page.partition('class="comment__head"')[2].partition('<div class="prose">')[2].partition("</div>")[0]
            assert "<strong><bdi>@&lt;b&gt;Bo&lt;/b&gt;</bdi></strong> and @Boris &lt;i&gt;&amp;amp;</p>" in shown
            assert "Two<br>\nlines</p>" in shown

    asyncio.run(run())


def test_mentions_are_read_as_names() -> None:
    body = "@[acc_1] and @[acc_2], @[acc_1] again, @[org_1] and @[acc_] never"
    assert mentions_in(body) == ["acc_1", "acc_2"]
    assert with_names(body, {"acc_1": "Ada"}) == "@Ada and @Someone, @Ada again, @[org_1] and @[acc_] never"
