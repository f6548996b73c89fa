"""The feed: newest first, page by page, for members."""

from __future__ import annotations

import asyncio

from tests.harness import Harness


def test_the_feed_is_newest_first_and_paged(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="member")
            for title in ("First", "Second", "Third"):
                await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": title, "body": "."})
            read, path = [], f"/api/v2/feed?organisation={ember}&limit=2"
            page = (await harness.get(path, by="ada")).json()
            read += page["items"]
            assert len(read) == 2
            page = (await harness.get(f"{path}&cursor={page['next_cursor']}", by="ada")).json()
            read += page["items"]
            assert [item["data"]["title"] for item in read] == ["Third", "Second", "First"]
            assert page["next_cursor"] is None

    asyncio.run(run())


def test_a_stranger_gets_not_found(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.organisation("other", eve="owner")
            for path in (f"/api/v2/feed?organisation={ember}", "/o/ember/feed"):
                assert (await harness.get(path, by="eve")).status_code == 404

    asyncio.run(run())
