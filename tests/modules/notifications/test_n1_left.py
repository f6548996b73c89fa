"""N1 and N2: whoever has left an organisation learns nothing of it any more, neither by what is on its way nor by what is in their inbox."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from tests.harness import Harness
from tests.kernel.ringing import connected
from tests.modules.comments.commenting import comment, entry_of
from tests.modules.notifications.notifying import inbox, notify
from tests.sockets import live
from tests.waiting import until

from phoenix.kernel.data.database import Reader
from phoenix.kernel.registry import Registry
from phoenix.modules.notifications import live as live_inbox
from phoenix.modules.notifications.items import Notification, in_full
from phoenix.modules.notifications.queries import Item


async def remove_bo(harness: Harness) -> None:
    answer = await harness.delete(f"/api/v2/organisations/{harness.organisations['ember']}/members/{harness.people['bo'].id}", by="ada")
    assert answer.status_code == 204, answer.text


@pytest.mark.parametrize("how", ["connected", "returning"])
def test_what_was_read_for_a_socket_before_a_removal_is_not_sent_after_it(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """The removal is committed after the process of sockets has read what it is about to send."""
    begun, removed = asyncio.Event(), asyncio.Event()

    async def then_removed(db: Reader, registry: Registry, rows: Sequence[Item]) -> list[Notification]:
        found = await in_full(db, registry, rows)
        if rows and not begun.is_set():
            begun.set()
            await remove_bo(harness)
            removed.set()
        return found

    async def run() -> None:
        async with harness, live(harness) as here:
            await harness.organisation("ember", ada="owner", bo="member")
            entry = await entry_of(harness, "bo", title="A secret title")
            seen: dict[str, Any] = {}
            if how == "returning":
                async with connected(here.url, harness.people["bo"].token) as told:
                    await comment(harness, "ada", entry)
                    await harness.follow()
                    await until(lambda: any(event == "notification" for event, _data in told))
                seen = {"last_number": 0}
            monkeypatch.setattr(live_inbox, "in_full", then_removed)
            async with connected(here.url, harness.people["bo"].token, **seen) as told:
                if how == "connected":
                    await until(lambda: any(event == "unread" for event, _data in told))
                    await comment(harness, "ada", entry)
                    await harness.follow()
                await removed.wait()
                await harness.follow()
                # What is about Bo comes, also after the removal.
                await until(lambda: [data["kind"] for event, data in told if event == "notification"] == ["organisations.removed"])
            assert "A secret title" not in str([data for event, data in told if event == "notification"])

    asyncio.run(run())


def test_an_organisation_that_was_left_is_called_what_it_was_then(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            await notify(harness, "bo")
            await remove_bo(harness)
            await harness.follow()
            renamed = await harness.patch(f"/api/v2/organisations/{ember}", by="ada", json={"name": "Zebra"}, headers={"If-Match": "*"})
            assert renamed.status_code == 200, renamed.text
            items = await inbox(harness, "bo")
            assert [item["summary"] for item in items] == ["Ada removed you from Ember", "Ada changed your role in Ember to viewer"]
            assert [item["link"] for item in items] == [None, None], "nothing there can be opened"
            assert "Zebra" not in (await harness.get("/notifications", by="bo")).text

    asyncio.run(run())
