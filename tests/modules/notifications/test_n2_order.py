"""N2: what happened first has the lower number, whatever kinds of notifications it was."""

from __future__ import annotations

import asyncio

from tests.harness import Harness
from tests.modules.comments.commenting import comment, entry_of, mention
from tests.modules.notifications.notifying import change_role, inbox

ROLE, MENTIONED, POSTED = "organisations.role_changed", "comments.mentioned", "comments.posted"


def test_items_of_one_batch_are_numbered_in_the_order_of_the_events(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            entry, theirs = await entry_of(harness), await entry_of(harness, "bo")
            await harness.follow()
            happened = [MENTIONED, ROLE, POSTED, MENTIONED, POSTED, ROLE, MENTIONED]
            roles = iter(("viewer", "member"))
            for kind in happened:
                if kind == ROLE:
                    await change_role(harness, "bo", next(roles))
                else:
                    await comment(
                        harness, "ada", theirs if kind == POSTED else entry, mention(harness, "bo") if kind == MENTIONED else "Done"
                    )
            await harness.follow()
            found = sorted(await inbox(harness, "bo"), key=lambda item: item["number"])
            assert [(item["number"], item["kind"]) for item in found] == list(enumerate(happened, 1))

    asyncio.run(run())
