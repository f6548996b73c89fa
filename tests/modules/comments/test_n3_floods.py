"""N3: nobody floods others by comments: a person's comments and mentions are limited, and nothing of a refused one is left."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.modules.comments.commenting import comment, entry_of, mention

from phoenix.kernel.cache.limits import Limit
from phoenix.modules.comments.actions import comments
from phoenix.modules.notifications.actions import deliver


@pytest.mark.parametrize(("limit", "of"), [("COMMENTS_AN_HOUR", ""), ("MENTIONS_AN_HOUR", "bo")])
def test_comments_and_mentions_of_a_person_are_limited(harness: Harness, monkeypatch: pytest.MonkeyPatch, limit: str, of: str) -> None:
    monkeypatch.setattr(comments, limit, Limit(limit.lower(), 2, 3600))

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            entry = await entry_of(harness)
            body = mention(harness, of) if of else "Looks good"
            for _ in range(2):
                await comment(harness, "ada", entry, body)
            await harness.events()
            refused = await harness.post("/api/v2/comments", by="ada", json={"entry": entry, "body": body})
            assert (refused.status_code, refused.json()["code"], "retry-after" in refused.headers) == (429, "too_many_requests", True)
            assert await harness.events() == []
            (kept,) = await harness.sql("SELECT count(*) FROM comments")
            assert kept["count"] == 2
            await comment(harness, "bo", entry, body if not of else "Looks good")
            harness.clock.advance(seconds=3601)
            await comment(harness, "ada", entry, body)

    asyncio.run(run())


def test_however_many_take_part_each_is_notified_once_and_in_order(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "MOST_AT_ONCE", 2)

    async def run() -> None:
        async with harness:
            people = [f"p{number}" for number in range(5)]
            await harness.organisation("ember", ada="owner", **dict.fromkeys(people, "member"))
            entry = await entry_of(harness)
            for who in people:
                await comment(harness, who, entry)
                await comment(harness, who, entry)
            await harness.follow()
            counts = {row["account_id"]: (row["amount"], row["last"]) for row in await harness.sql(COUNTED)}
            # Each is notified of the two comments of everyone who came after them.
            assert counts == {harness.people[who].id: (8 - 2 * place, 8 - 2 * place) for place, who in enumerate(people[:4])} | {
                harness.people["ada"].id: (10, 10)
            }

    asyncio.run(run())


COUNTED = """
    SELECT n.account_id, count(*) AS amount, max(i.last_number) AS last FROM notifications n JOIN inboxes i USING (account_id) GROUP BY n.account_id
"""
