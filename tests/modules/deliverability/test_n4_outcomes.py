"""N4: what became of an email after it was sent stands in the delivery log: delivered, or bounced and why."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.modules.deliverability.reports import BO, BOUNCE, PUBLIC, dsn, email_bo, is_stopped, message_id, queue_email, report

from phoenix.kernel.email.message_id import read_message_id
from phoenix.kernel.email.transports.sendgrid import REFERENCE_FIELD
from phoenix.kernel.email.transports.transport import RecipientRefused
from phoenix.kernel.errors import Unavailable
from phoenix.modules.deliverability import commands
from phoenix.modules.deliverability.actions.outcomes import REASONS
from phoenix.modules.deliverability.actions.sendgrid import SendGridEvent
from phoenix.modules.deliverability.jobs import KEPT_OUTCOMES, forget_old

LOG = "/settings/notifications/deliveries"


def play(harness: Harness, what: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        harness.variables["PHOENIX_SENDGRID_WEBHOOK_KEY"] = PUBLIC
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await what()

    asyncio.run(run())


async def outcome(harness: Harness, who: str = "bo") -> tuple[str, str | None]:
    (one,) = (await harness.get("/api/v2/notification_deliveries", by=who)).json()["items"]
    assert (one["reported_at"] is not None) == (one["state"] in {"delivered", "undelivered"})
    return one["state"], one["reason"]


def reference_in(harness: Harness) -> str:
    """What the newest email to Bo is known by."""
    sent = read_message_id(harness.runtime.keys, message_id(harness.mails(BO)[-1].source), BO)
    assert sent is not None
    return sent.reference


@pytest.mark.parametrize(
    ("status", "reason", "stops"),
    [
        ("5.1.1", "no_mailbox", True),
        ("5.2.2", "mailbox_full", False),
        ("4.2.2", "mailbox_full", False),
        ("5.7.1", "blocked", False),
        ("4.4.7", "unreachable", False),
        ("4.4.1", "unreachable", False),
    ],
)
def test_an_email_that_came_back_is_said_to_have_and_why(
    harness: Harness, status: str, reason: str, *, stops: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def what() -> None:
        await email_bo(harness)
        assert await outcome(harness) == ("sent", None)
        raw = dsn(harness.mails(BO)[0].source, status=status, diagnostic=f"smtp; 550 {status} no")
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
        said = await commands.take_bounce(harness.runtime)
        assert ("It was noted" in said, "Emails were stopped" in said) == (not stops, stops)
        assert await outcome(harness) == ("undelivered", reason)
        assert REASONS[reason] in (await harness.get(LOG, by="bo")).text.replace("&#39;", "'")
        assert await is_stopped(harness) == stops

    play(harness, what)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([{"event": "delivered"}], ("delivered", None)),
        ([{"event": "deferred"}], ("sent", None)),
        ([{}], ("undelivered", "no_mailbox")),
        ([{"status": "5.2.2"}], ("undelivered", "mailbox_full")),
        ([{"type": "blocked", "status": "5.7.1"}], ("undelivered", "blocked")),
        ([{"type": "blocked", "status": "4.4.7"}], ("undelivered", "unreachable")),
        ([{"event": "dropped", "reason": "Bounced Address"}], ("undelivered", "provider_stopped")),
        ([{"event": "dropped", "reason": "Spam Content"}], ("undelivered", "blocked")),
        ([{"event": "delivered"}, {}], ("undelivered", "no_mailbox")),
        ([{}, {"event": "delivered"}], ("undelivered", "no_mailbox")),
        ([{"event": "spamreport"}], ("sent", None)),
    ],
)
@pytest.mark.parametrize("at_once", [True, False], ids=["in one report", "one after another"])
def test_what_sendgrid_reports_is_said(
    harness: Harness, events: list[dict[str, Any]], expected: tuple[str, str | None], *, at_once: bool
) -> None:
    async def what() -> None:
        await email_bo(harness)
        reference = reference_in(harness)
        made = [{**BOUNCE, "sg_event_id": f"e{number}", "phoenix_email": reference, **event} for number, event in enumerate(events)]
        for some in [made] if at_once else [[one] for one in made]:
            answer = await report(harness, *some)
            assert (answer.status_code, int(answer.headers["X-Phoenix-Queries"]) <= 4) == (204, True)
        assert await outcome(harness) == expected

    play(harness, what)


def test_what_an_email_is_handed_over_with_is_what_is_read_of_a_report() -> None:
    assert REFERENCE_FIELD in SendGridEvent.__struct_fields__


@pytest.mark.parametrize("reference", ["", "x", "A" * 16, "a" * 17, "0" * 16, "another123456789", 5], ids=repr)
def test_a_report_of_an_email_that_nobody_asks_about_changes_no_delivery(harness: Harness, reference: object) -> None:
    async def what() -> None:
        await email_bo(harness)
        answer = await report(harness, {**BOUNCE, "event": "delivered", "phoenix_email": reference})
        assert answer.status_code == (204 if isinstance(reference, str) else 422)
        assert await outcome(harness) == ("sent", None)

    play(harness, what)


def test_staff_see_that_it_bounced_and_others_see_nothing_of_it(harness: Harness) -> None:
    async def run() -> None:
        harness.variables["PHOENIX_SENDGRID_WEBHOOK_KEY"] = PUBLIC
        async with harness, Panel(harness) as panel:
            await harness.organisation("ember", ada="owner", bo="member")
            await harness.person("eve", permissions=("platform.people_read",))
            await email_bo(harness)
            await report(harness, {**BOUNCE, "status": "5.2.2", "type": "blocked", "phoenix_email": reference_in(harness)})
            page = (await panel.get(f"/staff/people/{harness.people['bo'].id}", by="eve")).text
            assert REASONS["mailbox_full"] in page
            assert REASONS["mailbox_full"] not in (await harness.get(LOG, by="ada")).text

    asyncio.run(run())


def test_each_attempt_is_counted_and_an_address_that_is_refused_is_named_as_the_cause(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[Exception] = [
        RecipientRefused("The mail server permanently refused the email (code 550)."),
        Unavailable("The mail server is busy."),
        Unavailable("The mail server is busy."),
    ]

    async def refuse(*_given: object) -> bool:
        raise answers.pop()

    async def what() -> None:
        monkeypatch.setattr(harness.runtime.mailer, "send", refuse)
        await queue_email(harness)
        (job,) = await harness.sql("DELETE FROM pgqueuer WHERE entrypoint = 'notifications.send_email' RETURNING payload")
        again = harness.registry.jobs["notifications.send_email"].run_encoded
        for tries, words in ((1, "Tried once"), (2, "Tried 2 times")):
            with pytest.raises(Unavailable):
                await again(harness.runtime, job["payload"])
            (one,) = (await harness.get("/api/v2/notification_deliveries", by="bo")).json()["items"]
            assert (one["state"], one["attempts"]) == ("sending", tries)
            assert words in (await harness.get(LOG, by="bo")).text
        with pytest.raises(RecipientRefused):
            await again(harness.runtime, job["payload"])
        assert await outcome(harness) == ("refused", "address")

    play(harness, what)


def test_it_is_forgotten_after_the_log(harness: Harness) -> None:
    async def what() -> None:
        await email_bo(harness)
        await report(harness, {**BOUNCE, "event": "delivered", "phoenix_email": reference_in(harness)})
        for passed, left in ((KEPT_OUTCOMES.total_seconds() - 60, 1), (120, 0)):
            harness.clock.advance(seconds=passed)
            await forget_old(harness.runtime)
            assert len(await harness.sql("SELECT FROM email_outcomes")) == left

    play(harness, what)
