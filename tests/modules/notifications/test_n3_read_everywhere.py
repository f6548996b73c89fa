"""N3: what is read, unread or archived on one device is so on all of them, and the bell shows how many are unread."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from tests.harness import Harness
from tests.kernel.ringing import connected
from tests.modules.notifications.notifying import inbox, notify, unread
from tests.sockets import live
from tests.waiting import until

from phoenix.kernel.web.csrf import token_for
from phoenix.modules.notifications.events import NotificationsArchived, NotificationsRead

BADGE = re.compile(r'data-badge="unread">.*?data-number(?P<hidden> hidden)?>(?P<count>[^<]*)<', re.DOTALL)


async def badge(harness: Harness, who: str, path: str = "/organisations") -> str:
    """The number beside the bell, "" where none is shown."""
    page = await harness.get(path, by=who)
    found = BADGE.search(page.text)
    assert found, f"no bell on {path}"
    return "" if found["hidden"] else found["count"]


async def send(harness: Harness, who: str, path: str, **sent: Any) -> str:
    """Send a form, and return where it leads."""
    answer = await harness.post(path, by=who, data={**sent, "csrf": token_for(harness.runtime, harness.people[who].id)})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_the_number_on_a_page_is_what_is_unread_at_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            assert await badge(harness, "bo") == ""
            await notify(harness, "bo", 3)
            assert await badge(harness, "bo") == "3"
            assert await badge(harness, "ada") == ""
            await harness.post("/api/v2/notifications/read", by="bo", json={"numbers": [2]})
            assert await badge(harness, "bo") == "2"
            await harness.post("/api/v2/notifications/read", by="bo", json={"numbers": [2], "unread": True})
            assert await badge(harness, "bo") == "3"
            (item, *_) = await inbox(harness, "bo")
            await harness.post(f"/api/v2/notifications/{item['id']}/archive", by="bo")
            assert await badge(harness, "bo") == "2"
            await harness.post("/api/v2/notifications/read", by="bo", json={"through": 10})
            assert await badge(harness, "bo") == ""

    asyncio.run(run())


def test_more_than_99_are_99_and_more(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await notify(harness, "bo")
            await harness.sql(
                """INSERT INTO notifications (account_id, number, id, event, kind, event_kind, organisation_id, actor_id, subject, data, occurred_at, is_own)
                   SELECT account_id, n, id || n, event || n, kind, event_kind, organisation_id, actor_id, subject, data, occurred_at, is_own
                     FROM notifications, generate_series(2, 150) AS n"""
            )
            await harness.sql("UPDATE inboxes SET last_number = 150")
            assert await badge(harness, "bo") == "99+"
            assert await unread(harness, "bo") == 100
            page = await harness.get("/notifications", by="bo")
            assert "More than 99 unread" in page.text

    asyncio.run(run())


def test_every_page_of_someone_signed_in_has_the_number(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await notify(harness, "bo")
            for path in ("/", "/o/ember/feed", "/o/ember/dashboard", "/settings/profile", "/notifications", "/help"):
                page = await harness.get(path, by="bo", follow_redirects=True)
                assert 'data-badge="unread"' in page.text, path

    asyncio.run(run())


def test_what_one_device_does_all_others_show(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as here:
            await harness.organisation("ember", ada="owner", bo="member")
            await notify(harness, "bo", 3)
            token = harness.people["bo"].token
            async with connected(here.url, token) as one, connected(here.url, token) as other:

                def counts(told: list[tuple[str, Any]]) -> list[int]:
                    return [data["count"] for event, data in told if event == "unread"]

                await until(lambda: counts(one) == counts(other) == [3])
                await harness.post("/api/v2/notifications/read", by="bo", json={"numbers": [1, 2]})
                await until(lambda: counts(one) == counts(other) == [3, 1])
                await harness.post("/api/v2/notifications/read", by="bo", json={"numbers": [1], "unread": True})
                await until(lambda: counts(one) == counts(other) == [3, 1, 2])

    asyncio.run(run())


def test_reading_and_archiving_record_one_event_each_and_none_where_nothing_changes(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await notify(harness, "bo", 2)
            await harness.events()
            for _ in range(2):
                await harness.post("/api/v2/notifications/read", by="bo", json={"numbers": [1]})
            assert await harness.events() == [NotificationsRead.kind]
            (item, *_) = await inbox(harness, "bo")
            for _ in range(2):
                assert (await harness.post(f"/api/v2/notifications/{item['id']}/archive", by="bo")).status_code == 204
            assert await harness.events() == [NotificationsArchived.kind]
            assert [one["number"] for one in await inbox(harness, "bo")] == [1]
            for by, missing in (("ada", item["id"]), ("bo", "ntf_nothing")):
                answer = await harness.post(f"/api/v2/notifications/{missing}/archive", by=by)
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

    asyncio.run(run())


@pytest.mark.parametrize(
    "sent", [{"numbers": [-1]}, {"numbers": ["one"]}, {"numbers": list(range(501))}, {"through": 2**62}, {"all": True}]
)
def test_what_is_no_number_is_refused(harness: Harness, sent: dict[str, Any]) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo")
            answer = await harness.post("/api/v2/notifications/read", by="bo", json=sent)
            assert answer.status_code == 422, answer.text

    asyncio.run(run())


def test_the_page_marks_one_or_all_as_read_and_stays_in_its_place(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await notify(harness, "bo", 3)
            page = await harness.get("/notifications", by="bo")
            assert page.text.count("notice--unread") == 3
            assert "3 unread" in page.text
            assert await send(harness, "bo", "/notifications/read", number="2", place="/notifications?show=unread") == (
                "/notifications?show=unread"
            )
            assert [item["number"] for item in await inbox(harness, "bo", "?unread=true")] == [3, 1]
            page = await harness.get("/notifications?show=unread", by="bo")
            assert page.text.count('class="notice notice--unread"') == 2
            assert await send(harness, "bo", "/notifications/unread", number="2") == "/notifications"
            assert await unread(harness, "bo") == 3
            # One that came after the page was shown stays unread.
            await notify(harness, "bo")
            assert await send(harness, "bo", "/notifications/read", through="3") == "/notifications"
            assert [item["number"] for item in await inbox(harness, "bo", "?unread=true")] == [4]
            for wrong in ("", "x", "-1", "9" * 40, "²"):
                assert await send(harness, "bo", "/notifications/read", number=wrong) == "/notifications"
            assert await unread(harness, "bo") == 1

    asyncio.run(run())


def test_looking_marks_nothing_as_read(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await notify(harness, "bo")
            for _ in range(2):
                await harness.get("/notifications", by="bo")
                await inbox(harness, "bo")
            assert await unread(harness, "bo") == 1

    asyncio.run(run())


def test_someone_who_is_notified_of_nothing_is_told_so(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            assert "No notifications" in (await harness.get("/notifications", by="bo")).text
            await notify(harness, "bo")
            await harness.post("/api/v2/notifications/read", by="bo", json={"through": 1})
            assert "Nothing unread" in (await harness.get("/notifications?show=unread", by="bo")).text

    asyncio.run(run())
