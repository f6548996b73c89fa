"""N2: what people were notified of leaves their inbox, and is sent no more, once it was deleted or taken back."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.harness import Harness
from tests.kernel.ringing import connected
from tests.modules.comments.commenting import comment, entry_of, mention
from tests.modules.notifications.notifying import inbox, unread
from tests.sockets import live
from tests.waiting import until

from phoenix.composition import REGISTRY
from phoenix.modules.notifications.actions.send import send_due


async def delete(harness: Harness, made: str, by: str = "ada") -> None:
    answer = await harness.delete(f"/api/v2/comments/{made}", by=by, headers={"If-Match": "*"})
    assert answer.status_code == 204, answer.text
    await harness.follow()


async def mention_bo(harness: Harness, entry: str) -> str:
    made = await comment(harness, "ada", entry, mention(harness, "bo"))
    await harness.follow()
    return str(made["id"])


async def log(harness: Harness) -> list[tuple[str, str | None]]:
    found: list[dict[str, Any]] = (await harness.get("/api/v2/notification_deliveries", by="bo")).json()["items"]
    return [(one["state"], one["reason"]) for one in found if one["channel"] == "email"]


def test_a_comment_that_was_deleted_leaves_the_inbox_on_all_devices_and_is_not_sent(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as here:
            await harness.organisation("ember", ada="owner", bo="member")
            entry = await entry_of(harness)
            first, second = await mention_bo(harness, entry), await mention_bo(harness, entry)
            async with connected(here.url, harness.people["bo"].token) as told:
                await until(lambda: [data["count"] for event, data in told if event == "unread"] == [2])
                await harness.events()
                await delete(harness, first)
                assert await harness.events() == ["comments.deleted", "notifications.archived"]
                await until(lambda: [data["count"] for event, data in told if event == "unread"][-1] == 1)
            (left,) = await inbox(harness, "bo")
            assert left["subject"] == second
            assert await log(harness) == [("queued", None), ("dropped", "withdrawn")]
            page = (await harness.get("/settings/notifications/deliveries", by="bo")).text
            assert "Not sent, because what it was about has been deleted or withdrawn" in page
            await delete(harness, second)
            assert (await inbox(harness, "bo"), await unread(harness, "bo")) == ([], 0)
            await send_due(harness.runtime)
            await harness.work()
            assert harness.mails("bo@example.com") == []

    asyncio.run(run())


def test_what_was_read_before_leaves_as_well_and_what_is_wanted_only_by_email_is_not_sent(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            entry = await entry_of(harness)
            was_read = await mention_bo(harness, entry)
            await harness.post("/api/v2/notifications/read", by="bo", json={"through": 1})
            by_email = {"kinds": {"comments.mentioned": {"channels": {"inbox": False, "email": True}}}}
            assert (await harness.put("/api/v2/notification_preferences", by="bo", json=by_email)).status_code == 200
            only_email = await mention_bo(harness, entry)
            for made in (was_read, only_email):
                await delete(harness, made)
            assert await inbox(harness, "bo") == []
            await send_due(harness.runtime)
            await harness.work()
            assert harness.mails("bo@example.com") == []

    asyncio.run(run())


def test_an_offer_that_is_made_again_is_in_the_inbox_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            offer = f"/api/v2/organisations/{ember}/transfer"
            for left in (["organisations.ownership_offered"], ["organisations.ownership_withdrawn"]):
                answer = await (
                    harness.post(offer, by="ada", json={"account": harness.people["bo"].id})
                    if "offered" in left[0]
                    else harness.delete(offer, by="ada")
                )
                assert answer.status_code < 300, answer.text
                await harness.follow()
                assert [item["kind"] for item in await inbox(harness, "bo")] == left
            await harness.post(offer, by="ada", json={"account": harness.people["bo"].id})
            await harness.follow()
            kinds = [item["kind"] for item in await inbox(harness, "bo")]
            assert kinds == ["organisations.ownership_offered", "organisations.ownership_withdrawn"]

    asyncio.run(run())


def test_what_withdraws_a_notification_is_an_event_of_a_module() -> None:
    kinds = REGISTRY.notifications.values()
    assert {ends.kind for kind in kinds for ends in kind.withdrawn_by} <= set(REGISTRY.events)
    assert sum(bool(kind.withdrawn_by) for kind in kinds) >= 5
