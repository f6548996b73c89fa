"""N3: what people are notified of by kind and channel, what they muted, and when they are reached."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.harness import Harness
from tests.modules.comments.commenting import comment, entry_of, mention, send
from tests.modules.notifications.notifying import inbox, notify, unread

ROLE = "organisations.role_changed"
MENTIONED = "comments.mentioned"


async def prefer(harness: Harness, who: str, **sent: Any) -> dict[str, Any]:
    answer = await harness.put("/api/v2/notification_preferences", by=who, json=sent)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def of(preferences: dict[str, Any], kind: str) -> tuple[bool, bool]:
    (found,) = [one for one in preferences["kinds"] if one["kind"] == kind]
    return found["inbox"], found["email"]


def test_defaults_are_those_of_the_kind_and_choices_last(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo")
            found = (await harness.get("/api/v2/notification_preferences", by="bo")).json()
            assert (of(found, ROLE), of(found, MENTIONED)) == ((True, False), (True, True))
            assert (found["digest"], found["hour"], found["quiet_from"], found["quiet_until"]) == ("off", 8, None, None)
            await harness.events()
            found = await prefer(
                harness, "bo", kinds={ROLE: {"email": True}, MENTIONED: {"email": False}}, quiet_from="22:00", quiet_until="07:30"
            )
            assert (of(found, ROLE), of(found, MENTIONED)) == ((True, True), (True, False))
            assert await harness.events() == ["notifications.preferences_changed"] * 2
            found = await prefer(harness, "bo", digest="weekly")
            assert (found["digest"], found["quiet_from"], found["quiet_until"]) == ("weekly", "22:00", "07:30")
            assert (await harness.get("/api/v2/notification_preferences", by="bo")).json() == found

    asyncio.run(run())


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"kinds": {"no.such": {"inbox": True}}}, "kinds"),
        ({"digest": "hourly"}, "digest"),
        ({"hour": 24}, "hour"),
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"quiet_from": "22:00", "quiet_until": "7"}, "quiet_until"),
    ],
)
def test_what_cannot_be_chosen_is_refused_and_changes_nothing(harness: Harness, sent: dict[str, Any], field: str) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo")
            answer = await harness.put("/api/v2/notification_preferences", by="bo", json=sent)
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
            assert await harness.sql("SELECT FROM notification_settings") == []
            assert await harness.sql("SELECT FROM notification_preferences") == []

    asyncio.run(run())


def test_a_kind_that_is_off_is_in_no_inbox(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await prefer(harness, "bo", kinds={ROLE: {"inbox": False}})
            await notify(harness, "bo", 2)
            assert (await inbox(harness, "bo"), await unread(harness, "bo")) == ([], 0)
            assert await harness.sql("SELECT FROM notifications") == []
            await prefer(harness, "bo", kinds={ROLE: {"email": True}})
            await notify(harness, "bo")
            await harness.work()
            assert (await inbox(harness, "bo"), await unread(harness, "bo")) == ([], 0)
            assert "changed your role" in harness.mails("bo@example.com")[0].subject

    asyncio.run(run())


def test_what_is_muted_is_not_mentioned_until_it_is_unmuted(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            entry, other = await entry_of(harness, "bo"), await entry_of(harness, "bo")
            assert (await harness.put(f"/api/v2/mutes?thing={entry}", by="bo")).status_code == 204
            for _ in range(2):
                await comment(harness, "ada", entry, mention(harness, "bo"))
            await comment(harness, "ada", other)
            await harness.follow()
            (item,) = await inbox(harness, "bo")
            assert item["thing"] == other
            assert [one["thing"] for one in (await harness.get("/api/v2/mutes", by="bo")).json()["items"]] == [entry]
            assert (await harness.delete(f"/api/v2/mutes?thing={entry}", by="bo")).status_code == 204
            await comment(harness, "ada", entry)
            await harness.follow()
            assert len(await inbox(harness, "bo")) == 2
            # On the page of the inbox, and in the settings.
            sent = await send(harness, "bo", "/notifications/mute", thing=entry)
            assert (sent.status_code, sent.headers["location"]) == (303, "/notifications")
            page = await harness.get("/settings/notifications", by="bo")
            assert f'value="{entry}"' in page.text
            await send(harness, "bo", "/settings/notifications/unmute", thing=entry)
            assert "Nothing is muted" in (await harness.get("/settings/notifications", by="bo")).text

    asyncio.run(run())


@pytest.mark.parametrize("thing", ["", "x" * 41, "ent 1", "ent_1'", "ént_1"])
def test_what_is_no_id_cannot_be_muted(harness: Harness, thing: str) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo")
            answer = await harness.put("/api/v2/mutes", by="bo", params={"thing": thing})
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "thing")

    asyncio.run(run())


def test_the_page_saves_every_box_and_the_schedule(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo")
            was = f"inbox {ROLE},inbox {MENTIONED},email {MENTIONED},inbox comments.posted,email comments.posted,"
            ticked = {f"inbox {ROLE}": "on", f"email {MENTIONED}": "on"}
            sent = await send(harness, "bo", "/settings/notifications/channels", was=was, **ticked)
            assert sent.status_code == 303
            found = (await harness.get("/api/v2/notification_preferences", by="bo")).json()
            assert (of(found, ROLE), of(found, MENTIONED)) == ((True, False), (False, True))
            assert of(found, "comments.posted") == (False, False)
            wrong = await send(
                harness, "bo", "/settings/notifications/schedule", digest="daily", hour="x", quiet_from="late", quiet_until=""
            )
            assert wrong.status_code == 422
            assert 'id="quiet_from-error"' in wrong.text
            right = await send(
                harness, "bo", "/settings/notifications/schedule", digest="daily", hour="9", quiet_from="22:00", quiet_until="07:00"
            )
            assert right.status_code == 303
            found = (await harness.get("/api/v2/notification_preferences", by="bo")).json()
            assert (found["digest"], found["hour"], found["quiet_from"]) == ("daily", 9, "22:00")

    asyncio.run(run())


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_emails_wait_for_the_end_of_quiet_hours_and_come_together(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await harness.sql("UPDATE accounts SET time_zone = 'Asia/Tokyo' WHERE id = $1", harness.people["bo"].id)
            now = harness.clock.now()
            await prefer(harness, "bo", kinds={ROLE: {"email": True}}, quiet_from="00:00", quiet_until="23:59")
            await notify(harness, "bo", 3)
            await harness.work()
            assert harness.mails("bo@example.com") == []
            (due,) = {row["due_at"] for row in await harness.sql("SELECT due_at FROM notification_deliveries")}
            harness.clock.advance(seconds=(due - now).total_seconds() + 1)
            for schedule in (schedule for module in harness.registry.modules for schedule in module.schedules):
                if schedule.name == "notifications.send_due":
                    await schedule.run(harness.runtime)
            await harness.work()
            (mail,) = harness.mails("bo@example.com")
            assert mail.subject == "3 notifications"
            assert mail.text.count("changed your role in Ember") == 3
            states = {row["state"] for row in await harness.sql("SELECT state FROM notification_deliveries")}
            assert states == {"sent"}

    asyncio.run(run())
