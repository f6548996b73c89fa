"""N3: the page of preferences saves the boxes that were changed, and nothing else; quiet hours have a length."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.harness import Harness
from tests.modules.comments.commenting import send
from tests.modules.push.pushing import pushing, turn_on
from tests.web.markup import parse

from phoenix.modules.notifications.actions.choose import unsubscribe

PAGE, MENTIONED, ROLE = "/settings/notifications", "comments.mentioned", "organisations.role_changed"
STORED = "SELECT kind, channel, is_on FROM notification_preferences ORDER BY kind, channel"


async def opened(harness: Harness) -> dict[str, str]:
    """What a browser sends when the table is saved as it is."""
    elements, _faults = parse((await harness.get(PAGE, by="bo")).text)
    form = next(one for one in elements if one.tag == "form" and one.get("action") == f"{PAGE}/channels")
    fields = [one for one in form.inside if one.tag == "input" and one.get("name") not in {None, "csrf"}]
    sent = [one for one in fields if one.get("type") != "checkbox" or "checked" in one.attributes]
    return {str(one.get("name")): str(one.get("value")) for one in sent}


async def save(harness: Harness, boxes: dict[str, str]) -> None:
    assert (await send(harness, "bo", f"{PAGE}/channels", **boxes)).status_code == 303


async def stored(harness: Harness) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in await harness.sql(STORED)]


def test_saving_what_was_not_changed_stores_nothing(harness: Harness) -> None:
    async def run() -> None:
        async with harness, pushing(harness):
            await harness.person("bo")
            await turn_on(harness, "bo")
            await harness.events()
            boxes = await opened(harness)
            assert boxes[f"email {MENTIONED}"] == boxes[f"push {MENTIONED}"] == "on"
            await save(harness, boxes)
            assert (await stored(harness), await harness.events()) == ([], [])
            # So push still follows the inbox.
            off = {"kinds": {MENTIONED: {"inbox": False}}}
            found = (await harness.put("/api/v2/notification_preferences", by="bo", json=off)).json()["kinds"]
            assert next(one["channels"]["push"] for one in found if one["kind"] == MENTIONED) is False

    asyncio.run(run())


def test_a_box_that_was_changed_is_saved_and_no_other(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo")
            await harness.events()
            boxes = await opened(harness)
            del boxes[f"inbox {MENTIONED}"]
            await save(harness, boxes | {f"email {ROLE}": "on"})
            assert await stored(harness) == [(MENTIONED, "inbox", False), (ROLE, "email", True)]
            assert await harness.events() == ["notifications.preferences_changed"]
            again = await opened(harness)
            assert f"inbox {MENTIONED}" not in again
            assert again[f"email {ROLE}"] == "on"

    asyncio.run(run())


def test_a_page_that_was_opened_before_undoes_no_unsubscription(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo")
            before = await opened(harness)
            assert f"email {MENTIONED}" in before
            async with harness.runtime.database.transaction() as tx:
                await unsubscribe(tx, harness.people["bo"].id, [MENTIONED])
            await save(harness, before | {f"email {ROLE}": "on"})
            assert await stored(harness) == [(MENTIONED, "email", False), (ROLE, "email", True)]

    asyncio.run(run())


def test_quiet_hours_that_end_when_they_begin_are_refused(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo")
            answer = await harness.put("/api/v2/notification_preferences", by="bo", json={"quiet_from": "22:00", "quiet_until": "22:00"})
            assert answer.status_code == 422
            assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [("quiet_until", "same")]
            page = await send(harness, "bo", f"{PAGE}/schedule", digest="off", hour="8", quiet_from="22:00", quiet_until="22:00")
            assert page.status_code == 422
            assert 'id="quiet_until-error"' in page.text
            assert await harness.sql("SELECT FROM notification_settings") == []

    asyncio.run(run())
