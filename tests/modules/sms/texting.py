"""What the tests of text messages share."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx
from tests.harness import Harness
from tests.modules.comments.commenting import comment, entry_of, mention
from tests.twilio import TOKEN, Twilio, standing_in

from phoenix.modules.notifications.actions.send import send_due
from phoenix.modules.sms.actions import reports

PATH, PAGE = "/api/v2/me/phone_number", "/settings/notifications/sms"
REPORTS = "/api/v2/sms_reports/twilio"
BO, OTHER = "+491709876543", "+4915112345678"
MENTIONED = "comments.mentioned"


@contextlib.asynccontextmanager
async def texting(harness: Harness, **variables: str) -> AsyncIterator[Twilio]:
    """Phoenix with a stand-in for Twilio, and Ada and Bo in an organisation."""
    with standing_in() as twilio:
        harness.variables |= {**twilio.variables, **variables}
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            yield twilio


def code_in(twilio: Twilio, to: str = BO) -> str:
    """The code in the newest message to a number."""
    text = next(form["Body"] for form in reversed(twilio.came) if form["To"] == to)
    found = re.findall(r"^\d{8}$", text, re.MULTILINE)
    assert len(found) == 1, "a code on a line of its own"
    return str(found[0])


async def add(harness: Harness, twilio: Twilio, who: str = "bo", number: str = BO) -> None:
    """Someone adds and confirms a number."""
    assert (await harness.post(PATH, by=who, json={"number": number})).status_code == 204
    await harness.work()
    assert (await harness.post(f"{PATH}/confirm", by=who, json={"code": code_in(twilio, number)})).status_code == 204
    await harness.work()
    twilio.came.clear()


async def choose(harness: Harness, who: str = "bo", kind: str = MENTIONED, *, on: bool = True) -> None:
    answer = await harness.put("/api/v2/notification_preferences", by=who, json={"kinds": {kind: {"channels": {"sms": on}}}})
    assert answer.status_code == 200, answer.text


async def mention_bo(harness: Harness, times: int = 1) -> None:
    """Bo is mentioned so many times, and the jobs about it run."""
    for _ in range(times):
        await comment(harness, "ada", await entry_of(harness), mention(harness, "bo"))
        await harness.follow()
        await harness.work()


async def queue_mention(harness: Harness) -> None:
    """Bo is mentioned, and a job waits."""
    await comment(harness, "ada", await entry_of(harness), mention(harness, "bo"))
    await harness.follow()
    await send_due(harness.runtime)


async def states(harness: Harness) -> list[tuple[str, str | None]]:
    """The states of what was queued for SMS, and the reasons."""
    rows = await harness.sql("SELECT state, reason FROM notification_deliveries WHERE channel = 'sms' ORDER BY account_id, number")
    return [(row["state"], row["reason"]) for row in rows]


async def say(harness: Harness, form: dict[str, str], *, message: str = "", signature: str | None = None) -> httpx.Response:
    """What Twilio reports, signed by it."""
    asked = f"{REPORTS}?message={message}" if message else REPORTS
    read = {name: [value] for name, value in form.items()}
    signed = reports.signature(TOKEN, f"{harness.runtime.settings.public_url}{asked}", read) if signature is None else signature
    headers = {"X-Twilio-Signature": signed.encode(), "Content-Type": b"application/x-www-form-urlencoded; charset=utf-8"}
    return await harness.post(asked, content=urlencode(form).encode(), headers=headers)


async def reply(harness: Harness, word: str, sid: str, number: str = BO, **more: str) -> None:
    """Someone replies a word from a number."""
    answer = await say(
        harness,
        {
            "MessageSid": f"SM{sid.removeprefix('SM'):0>32}",
            "From": number,
            "To": "+4915735980000",
            "Body": word,
            "SmsStatus": "received",
            **more,
        },
    )
    assert answer.status_code == 204, answer.text


async def log(harness: Harness, who: str = "bo") -> list[dict[str, Any]]:
    """What was sent to someone by SMS, as they see it."""
    answer = await harness.get("/api/v2/notification_deliveries", by=who)
    return [one for one in answer.json()["items"] if one["channel"] == "sms"]
