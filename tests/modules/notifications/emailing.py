"""Shared by the tests of notifications by email: what causes one, when it is sent, and its link."""

from __future__ import annotations

import email
import email.policy
from urllib.parse import urlsplit

from tests.harness import Harness
from tests.modules.comments.commenting import comment, entry_of, mention

from phoenix.modules.notifications.actions.send import APART, send_due

TO = "bo@example.com"


async def mention_bo(harness: Harness) -> None:
    await comment(harness, "ada", await entry_of(harness), mention(harness, "bo"))
    await harness.follow()


async def later(harness: Harness) -> None:
    """Once another email may be sent, by the schedule that runs every minute."""
    harness.clock.advance(seconds=APART.total_seconds() + 1)
    await send_due(harness.runtime)
    await harness.work()


def unsubscribe_link(harness: Harness) -> str:
    raw = harness.mails(TO)[0].source
    message = email.message_from_string(raw, policy=email.policy.default)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return urlsplit(str(message["List-Unsubscribe"]).strip("<>")).path
