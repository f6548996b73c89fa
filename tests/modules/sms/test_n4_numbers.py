"""N4: the number of a person: confirmed by a code, theirs alone to see, and limited where it costs money."""

from __future__ import annotations

import asyncio
import re

import pytest
from tests.harness import Harness
from tests.logs import logging_of
from tests.modules.comments.commenting import send
from tests.modules.sms.texting import BO, OTHER, PAGE, PATH, add, code_in, texting
from tests.twilio import FROM, Bad

from phoenix.composition import REGISTRY
from phoenix.kernel.actor import IMPERSONATE_AND_WRITE
from phoenix.modules.sms.actions.stopping import stop
from phoenix.modules.sms.jobs import forget_old
from phoenix.settings import LogSettings

SETTINGS = "/settings/notifications"


def test_a_number_is_added_and_removed_on_the_pages(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            page = (await harness.get(SETTINGS, by="bo")).text
            assert "No phone number has been added." in page
            assert PAGE in page
            await harness.events()
            answer = await send(harness, "bo", PAGE, number="+49 170 9876543")
            assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
            await harness.work()
            assert await harness.events() == [], "nothing was added yet"
            page = (await harness.get(PAGE, by="bo")).text
            assert "+49 … 43" in page
            assert "9876543" not in page
            answer = await send(harness, "bo", f"{PAGE}/confirm", code="00000000")
            assert answer.status_code == 422
            assert "This code is wrong" in answer.text
            assert (await send(harness, "bo", f"{PAGE}/confirm", code=code_in(twilio))).status_code == 303
            assert await harness.events() == ["sms.number_added"]
            for path in (PAGE, SETTINGS):
                page = (await harness.get(path, by="bo")).text
                assert "+49 … 43" in page
                assert "9876543" not in page
            assert (await send(harness, "bo", f"{PAGE}/remove")).status_code == 303
            assert await harness.events() == ["sms.number_removed"]
            assert (await harness.get(PATH, by="bo")).json()["number"] is None
            await harness.work()
            subjects = [mail.text for mail in harness.mails("bo@example.com")]
            assert any("was added to your account" in text for text in subjects)
            assert any("was removed from your account" in text for text in subjects)

    asyncio.run(run())


def test_the_message_with_the_code_is_plain_short_and_in_the_language_of_its_person(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await harness.sql("UPDATE accounts SET locale = 'de'")
            await harness.post(PATH, by="bo", json={"number": BO})
            await harness.work()
            (form,) = twilio.came
            assert (form["To"], form["From"]) == (BO, FROM)
            first, code, last = form["Body"].splitlines()
            assert re.fullmatch(r"\d{8}", code)
            assert "10 Minuten" in first
            assert "STOP" in last
            assert len(form["Body"]) <= 160
            assert "StatusCallback" not in form

    asyncio.run(run())


def test_a_code_works_for_10_minutes_and_once_and_5_wrong_ones_end_it(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await harness.post(PATH, by="bo", json={"number": BO})
            await harness.work()
            code = code_in(twilio)
            harness.clock.advance(minutes=10)
            assert (await harness.post(f"{PATH}/confirm", by="bo", json={"code": code})).status_code == 422
            await harness.post(PATH, by="bo", json={"number": BO})
            await harness.work()
            code = code_in(twilio)
            assert (await harness.post(f"{PATH}/confirm", by="ada", json={"code": code})).status_code == 422, "it is Bo's"
            for _ in range(5):
                assert (await harness.post(f"{PATH}/confirm", by="bo", json={"code": "00000000"})).status_code == 422
            assert (await harness.post(f"{PATH}/confirm", by="bo", json={"code": code})).status_code == 422
            assert (await harness.post(f"{PATH}/confirm", by="bo", json={"code": " "})).json()["errors"][0]["code"] == "missing"
            await add(harness, twilio)
            assert (await harness.post(f"{PATH}/confirm", by="bo", json={"code": code})).status_code == 422

    asyncio.run(run())


def test_the_former_number_stays_until_the_new_one_is_confirmed(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            await harness.post(PATH, by="bo", json={"number": OTHER})
            await harness.work()
            said = (await harness.get(PATH, by="bo")).json()
            assert (said["number"], said["waiting"]) == ("+49 … 43", "+49 … 78")
            assert (await send(harness, "bo", f"{PAGE}/cancel")).status_code == 303
            assert (await harness.get(PATH, by="bo")).json()["waiting"] is None
            await add(harness, twilio, number=OTHER)
            assert (await harness.get(PATH, by="bo")).json()["number"] == "+49 … 78"
            assert (await harness.delete(PATH, by="bo")).status_code == 204
            assert (await harness.delete(PATH, by="bo")).status_code == 404

    asyncio.run(run())


def test_changing_it_asks_who_it_is(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            harness.clock.advance(hours=1)
            answer = await harness.post(PATH, by="bo", json={"number": BO})
            assert (answer.status_code, answer.json()["code"]) == (403, "reauthentication_required")
            await harness.work()
            assert twilio.came == []

    asyncio.run(run())


@pytest.mark.parametrize("what", ["request", "confirm", "remove"])
def test_someone_who_impersonates_changes_no_number(harness: Harness, what: str) -> None:
    async def run() -> None:
        async with texting(harness):
            staff = await harness.person("priya", permissions=(IMPERSONATE_AND_WRITE,))
            await harness.sql(
                "UPDATE sessions SET impersonator_id = $2, impersonation_writes = true WHERE id = $1",
                harness.people["bo"].session,
                staff.id,
            )
            if what == "request":
                answer = await harness.post(PATH, by="bo", json={"number": BO})
            elif what == "confirm":
                answer = await harness.post(f"{PATH}/confirm", by="bo", json={"code": "12345678"})
            else:
                answer = await harness.delete(PATH, by="bo")
            assert (answer.status_code, answer.json()["code"]) == (403, "not_while_impersonating")

    asyncio.run(run())


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "invalid"),
        ("0170 1234567", "invalid"),
        ("+49 170 1234567; +1 900", "invalid"),
        ("+1", "invalid"),
        ("+2101234567890", "invalid"),
        ("+1 212 555 01234", "invalid"),
        ("+49 900 1 123456", "costly"),
        ("+44 70 1234 5678", "costly"),
        ("+882 1612345678", "costly"),
        ("+43 660 1234567", "country"),
        ("9" * 1000, "invalid"),
        ("+49170\u202e1234567", "invalid"),
    ],
)
def test_a_number_that_cannot_be_used_gets_no_code(harness: Harness, written: str, code: str) -> None:
    async def run() -> None:
        async with texting(harness, PHOENIX_SMS_COUNTRIES="+49,+1") as twilio:
            answer = await harness.post(PATH, by="bo", json={"number": written})
            assert (answer.status_code, [(one["field"], one["code"]) for one in answer.json()["errors"]]) == (422, [("number", code)])
            await harness.work()
            assert twilio.came == []

    asyncio.run(run())


def test_codes_are_limited_by_person(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness):
            for last in range(5):
                assert (await harness.post(PATH, by="bo", json={"number": f"+49170123456{last}"})).status_code == 204
            assert (await harness.post(PATH, by="bo", json={"number": OTHER})).status_code == 429
            assert (await harness.post(PATH, by="ada", json={"number": OTHER})).status_code == 204

    asyncio.run(run())


def test_codes_are_limited_by_number_whoever_asks(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness):
            for who in ("bo", "ada", "bo", "ada", "bo"):
                assert (await harness.post(PATH, by=who, json={"number": BO})).status_code == 204
            assert (await harness.post(PATH, by="ada", json={"number": "0049 170 9876543"})).status_code == 429

    asyncio.run(run())


def test_codes_are_limited_in_all(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness, PHOENIX_SMS_CODES="2"):
            for who, to in (("bo", BO), ("ada", OTHER)):
                assert (await harness.post(PATH, by=who, json={"number": to})).status_code == 204
            assert (await harness.post(PATH, by="bo", json={"number": BO})).status_code == 429

    asyncio.run(run())


@pytest.mark.parametrize(("code", "said"), [(21211, "Check it, or use another number."), (21610, "someone replied STOP from it")])
def test_a_number_that_the_provider_refuses_is_said_to_be(harness: Harness, code: int, said: str) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            twilio.answers = [Bad(400, code)]
            await harness.post(PATH, by="bo", json={"number": BO})
            await harness.work()
            assert said in (await harness.get(PAGE, by="bo")).text
            answer = await harness.post(PATH, by="bo", json={"number": BO})
            assert answer.status_code == (409 if code == 21610 else 204)

    asyncio.run(run())


def test_the_code_of_a_request_that_was_withdrawn_is_not_sent(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await harness.post(PATH, by="bo", json={"number": BO})
            await send(harness, "bo", f"{PAGE}/cancel")
            await harness.work()
            assert twilio.came == []

    asyncio.run(run())


def test_it_is_in_the_copy_of_their_data_and_erased_with_the_account_and_in_no_log_event_or_job(harness: Harness) -> None:
    async def run() -> None:
        with logging_of(LogSettings(level="info")) as lines:
            async with texting(harness) as twilio:
                await harness.post(PATH, by="bo", json={"number": BO})
                jobs = await harness.sql("SELECT convert_from(payload, 'UTF8') AS payload FROM pgqueuer")
                await harness.work()
                await harness.post(f"{PATH}/confirm", by="bo", json={"code": code_in(twilio)})
                await harness.post(PATH, by="bo", json={"number": OTHER})
                events = await harness.sql("SELECT data::text AS data FROM events")
                async with harness.runtime.database.transaction() as tx:
                    assert await stop(harness.runtime, tx, BO)
                personal = next(module.personal for module in REGISTRY.modules if module.name == "sms")
                assert personal is not None
                assert personal.export is not None
                bo = harness.people["bo"].id
                async with harness.runtime.database.transaction() as tx:
                    copy = await personal.export(tx, bo)
                    assert (copy["phone_number"].number, copy["phone_number_to_confirm"].number) == (BO, OTHER)
                    await personal.erase(tx, bo)
                    await personal.erase(tx, bo)
                for table in ("sms_numbers", "sms_requests", "sms_messages"):
                    assert await harness.sql(f"SELECT FROM {table}") == [], table
                (left,) = await harness.sql("SELECT number FROM sms_stopped")
                assert "9876543" not in left["number"]
        written = lines.getvalue().splitlines() + [row["payload"] for row in jobs] + [row["data"] for row in events]
        assert len(written) > 4
        assert not any("9876543" in line or "12345678" in line for line in written)

    asyncio.run(run())


def test_what_is_of_no_use_any_more_is_deleted(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            await harness.post(PATH, by="bo", json={"number": OTHER})
            bo, now = harness.people["bo"].id, harness.clock.now()
            insert = (
                "INSERT INTO sms_messages (id, account_id, message, state, tries, made_at) VALUES ('sms_1', $1, 'bat_1', 'sent', 1, $2)"
            )
            await harness.sql(insert, bo, now)
            await harness.sql("INSERT INTO sms_replies VALUES ('SM1', $1)", now)
            await harness.sql("INSERT INTO sms_stopped VALUES ($1, $3), ($2, $3)", BO, OTHER, now)
            counts = "SELECT (SELECT count(*) FROM sms_requests), (SELECT count(*) FROM sms_messages), (SELECT count(*) FROM sms_replies), (SELECT count(*) FROM sms_stopped)"
            for days, left in ((0, (1, 1, 1, 2)), (2, (0, 1, 1, 2)), (31, (0, 0, 1, 2)), (335, (0, 0, 0, 1))):
                harness.clock.advance(days=days)
                await forget_old(harness.runtime)
                assert tuple((await harness.sql(counts))[0]) == left, days

    asyncio.run(run())
