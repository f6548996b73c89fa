"""N5: what bounces or is reported as spam gets no more emails, except those that people need to use their account."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from tests.harness import Harness
from tests.modules.deliverability.reports import BO, BOUNCE, PUBLIC, email_bo, is_stopped, report

from phoenix.composition import REGISTRY
from phoenix.kernel.email.transports.transport import RecipientRefused
from phoenix.kernel.errors import PermanentFailure
from phoenix.modules.deliverability import jobs
from phoenix.modules.deliverability.actions.stop import BOUNCED, stop


def play(harness: Harness, what: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        harness.variables["PHOENIX_SENDGRID_WEBHOOK_KEY"] = PUBLIC
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await what()

    asyncio.run(run())


def test_an_address_that_bounced_gets_no_notifications_but_its_codes(harness: Harness) -> None:
    async def what() -> None:
        await email_bo(harness)
        assert len(harness.mails(BO)) == 1
        assert (await report(harness, BOUNCE)).status_code == 204
        await email_bo(harness)
        assert len(harness.mails(BO)) == 1
        states = [row["state"] for row in await harness.sql("SELECT state FROM notification_deliveries ORDER BY number")]
        assert states.count("sent") == 1, "what was not sent is not said to have been"
        await harness.post("/api/v2/sessions/email_code", json={"email": BO})
        await harness.work()
        assert len(harness.mails(BO)) == 2
        assert harness.code(BO)

    play(harness, what)


def test_a_mail_server_that_refuses_an_address_for_ever_is_believed(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def what() -> None:
        (transport,) = harness.runtime.mailer._transports
        carry = transport.carry

        async def refuse(_email: object) -> None:
            raise RecipientRefused("The mail server permanently refused the email (code 550).")

        monkeypatch.setattr(transport, "carry", refuse)
        with pytest.raises(PermanentFailure):
            await email_bo(harness)
        assert await is_stopped(harness)
        monkeypatch.setattr(transport, "carry", carry)
        await harness.work()
        await email_bo(harness)
        assert harness.mails(BO) == []

    play(harness, what)


def test_their_owner_sees_why_and_can_try_again_a_few_times_a_day(harness: Harness) -> None:
    async def what() -> None:
        assert (await harness.get("/api/v2/me/email_status", by="bo")).json() == {"accepts": True, "reason": None, "since": None}
        await report(harness, {**BOUNCE, "event": "spamreport"})
        answer = (await harness.get("/api/v2/me/email_status", by="bo")).json()
        assert (answer["accepts"], answer["reason"]) == (False, "complained")
        assert answer["since"].startswith("2026-11-23T12:00")
        for number in range(3):
            await harness.events()
            assert (await harness.post("/api/v2/me/email_status/resume", by="bo")).status_code == 204
            assert await harness.events() == ["deliverability.resumed"]
            assert not await is_stopped(harness)
            await report(harness, {**BOUNCE, "sg_event_id": f"again {number}"})
            assert await is_stopped(harness)
        assert (await harness.post("/api/v2/me/email_status/resume", by="bo")).status_code == 429
        assert await is_stopped(harness)

    play(harness, what)


def test_resuming_what_was_not_stopped_says_nothing(harness: Harness) -> None:
    async def what() -> None:
        await harness.events()
        await harness.post("/api/v2/me/email_status/resume", by="bo")
        assert await harness.events() == []

    play(harness, what)


def test_they_are_notified_in_their_inbox(harness: Harness) -> None:
    async def what() -> None:
        await report(harness, BOUNCE)
        await harness.follow()
        (item,) = (await harness.get("/api/v2/notifications", by="bo")).json()["items"]
        assert item["summary"] == "Your email address doesn't accept our emails"
        assert item["link"] == "/settings/profile"

    play(harness, what)


@pytest.mark.parametrize(("minutes", "stays"), [(-1, False), (1, True)])
def test_a_confirmed_address_starts_afresh(harness: Harness, minutes: int, *, stays: bool) -> None:
    """Also one that a follower learns of late: what was reported since then stays."""

    async def what() -> None:
        harness.clock.advance(minutes=10)
        async with harness.runtime.database.transaction() as tx:
            await stop(tx, {BO: BOUNCED, "ada@example.com": BOUNCED})
        await harness.sql(
            "UPDATE stopped_addresses SET since = (SELECT $1::timestamptz + make_interval(mins => $2))", harness.clock.now(), minutes
        )
        await harness.sql(
            "INSERT INTO events (id, kind, subject, data, occurred_at) VALUES ('evt_1', 'sign_in.address_changed', $1, '{}', $2)",
            harness.people["bo"].id,
            harness.clock.now(),
        )
        await harness.follow()
        assert await is_stopped(harness) == stays
        assert await is_stopped(harness, "ada")

    play(harness, what)


def test_it_is_in_the_copy_of_their_data_and_erased_with_the_account(harness: Harness) -> None:
    async def what() -> None:
        await report(harness, BOUNCE)
        personal = next(module.personal for module in REGISTRY.modules if module.name == "deliverability")
        assert personal is not None
        assert personal.export is not None
        async with harness.runtime.database.transaction() as tx:
            assert (await personal.export(tx, harness.people["bo"].id))["emails_stopped"].reason == "bounced"
            await personal.erase(tx, harness.people["bo"].id)
            assert await personal.export(tx, harness.people["bo"].id) == {"emails_stopped": None}
        assert await harness.sql("SELECT * FROM stopped_addresses") == []

    play(harness, what)


def test_addresses_that_nobody_has_are_forgotten_after_a_year(harness: Harness) -> None:
    async def what() -> None:
        await report(harness, BOUNCE, {**BOUNCE, "email": "stranger@example.com", "sg_event_id": "two"})
        harness.clock.advance(days=366)
        await jobs.forget_old(harness.runtime)
        assert [row["email_key"] for row in await harness.sql("SELECT email_key FROM stopped_addresses")] == [BO]
        assert await harness.sql("SELECT * FROM email_reports") == []

    play(harness, what)
