"""N4: what Twilio reports is believed only if it signed it, and counts once; STOP and START are obeyed."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.modules.sms.texting import BO, OTHER, PAGE, PATH, REPORTS, add, choose, log, mention_bo, reply, say, states, texting
from tests.twilio import TOKEN

from phoenix.modules.sms.actions.reports import check_signature, signature
from phoenix.modules.sms.errors import ReportNotSigned

# From Twilio's documentation of its security, and from the tests of its own libraries.
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
CALL = {"CallSid": ["CA1234567890ABCDE"], "Caller": ["+14158675309"], "Digits": ["1234"], "From": ["+14158675309"], "To": ["+18005551212"]}
SIGNED = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
SEVERAL = {"Sid": ["CA123"], "SidAccount": ["AC123"], "Digits": ["5678", "1234", "1234"]}

SID = "SM" + "a" * 32


def test_signatures_are_those_of_the_documentation() -> None:
    assert signature("12345", URL, CALL) == SIGNED
    assert signature("12345", URL, SEVERAL) == "IK+Dwps556ElfBT0I3Rgjkr1wJU="


@pytest.mark.parametrize("url", [URL, "https://mycompany.com:443/myapp.php?foo=1&bar=2"])
def test_the_port_can_be_in_the_address_that_is_signed_or_not(url: str) -> None:
    check_signature("12345", url, CALL, SIGNED)
    check_signature("12345", URL, CALL, signature("12345", url, CALL))
    with pytest.raises(ReportNotSigned):
        check_signature("12345", URL, CALL, signature("12345", "https://mycompany.com:8443/myapp.php?foo=1&bar=2", CALL))


@pytest.mark.parametrize("how", ["none", "another token", "another field", "another address", "nonsense", "no form", "not UTF-8"])
def test_what_is_not_signed_is_refused(harness: Harness, how: str) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            form = {"MessageSid": SID, "From": BO, "Body": "STOP"}
            url = f"http://phoenix.test{REPORTS}"
            read = {name: [value] for name, value in form.items()}
            given = {
                "none": "",
                "another token": signature("another", url, read),
                "another field": signature(TOKEN, url, read | {"Body": ["START"]}),
                "another address": signature(TOKEN, f"{url}?message=sms_1", read),
                "nonsense": "é" * 10,
            }.get(how, signature(TOKEN, url, read))
            if how in {"no form", "not UTF-8"}:
                body, kind = (b"no form" if how == "no form" else b"Body=%ff"), "application/x-www-form-urlencoded"
                answer = await harness.post(REPORTS, content=body, headers={"X-Twilio-Signature": given, "Content-Type": kind})
            else:
                answer = await say(harness, form, signature=given)
            assert (answer.status_code, answer.json()["code"]) == (403, "sms_report_not_signed")
            assert await harness.sql("SELECT FROM sms_stopped") == []

    asyncio.run(run())


def test_without_a_token_there_is_nothing_to_report_to(harness: Harness) -> None:
    async def run() -> None:
        key = {"PHOENIX_TWILIO_KEY": "SK" + "a" * 32, "PHOENIX_TWILIO_SECRET": "s"}
        async with texting(harness, PHOENIX_TWILIO_TOKEN="", **key) as twilio:
            answer = await say(harness, {"MessageSid": SID, "From": BO, "Body": "STOP"})
            assert answer.status_code == 404
            await harness.post(PATH, by="bo", json={"number": BO})
            await harness.work()
            assert twilio.asked[-1][1] == "SK" + "a" * 32 + ":s"

    asyncio.run(run())


def test_stop_ends_it_for_every_account_until_start(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            await add(harness, twilio, "ada")
            await choose(harness)
            await harness.events()
            await reply(harness, " stop\n", "SM1")
            assert await harness.events() == ["sms.stopped", "sms.stopped"]
            await mention_bo(harness)
            assert (twilio.came, await states(harness)) == ([], [])
            assert (await harness.get(PATH, by="bo")).json()["stopped"] is True
            for path in (PAGE, "/settings/notifications"):
                assert "someone replied STOP from this number" in (await harness.get(path, by="bo")).text
            answer = await harness.post(PATH, by="bo", json={"number": BO})
            assert (answer.status_code, answer.json()["code"]) == (409, "number_stopped")
            await harness.events()
            await reply(harness, "Start", "SM2")
            assert await harness.events() == ["sms.resumed", "sms.resumed"]
            await mention_bo(harness)
            assert len(twilio.came) == 1

    asyncio.run(run())


def test_a_reply_that_comes_again_changes_nothing(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            await reply(harness, "STOP", "SM1")
            await reply(harness, "START", "SM2")
            await harness.events()
            await reply(harness, "STOP", "SM1")
            assert (await harness.get(PATH, by="bo")).json()["stopped"] is False
            await reply(harness, "STOP", "SM3")
            await reply(harness, "START", "SM2")
            assert (await harness.get(PATH, by="bo")).json()["stopped"] is True
            assert await harness.events() == ["sms.stopped"]
            await reply(harness, "STOP", "SM4")
            assert await harness.events() == [], "it had stopped"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("form", "stops"),
    [
        ({"Body": "STOP"}, True),
        ({"Body": "Unsubscribe"}, True),
        ({"Body": "Stopp"}, True),
        ({"Body": "Bitte keine mehr", "OptOutType": "STOP"}, True),
        ({"Body": "please don't stop"}, False),
        ({"Body": ""}, False),
        ({"Body": "STOP", "From": "Phoenix"}, False),
        ({"Body": "STOP", "MessageSid": ""}, False),
        ({"Body": "STOP", "MessageSid": "x" * 100}, False),
        ({"Body": "STOP", "MessageStatus": "nonsense"}, False),
        ({"Body": "STOP", "From": OTHER}, False),
    ],
)
def test_what_is_a_stop(harness: Harness, form: dict[str, str], *, stops: bool) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            assert (await say(harness, {"MessageSid": SID, "From": BO, **form})).status_code == 204
            assert (await harness.get(PATH, by="bo")).json()["stopped"] is stops

    asyncio.run(run())


def test_a_signed_reply_is_no_other_one_by_a_letter_that_moved(harness: Harness) -> None:
    """Between the fields that are signed there is nothing: what is signed stays the same, and the id would be another."""

    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            form = {"Body": "STOP", "From": BO, "MessageSid": SID, "To": "+15005550006"}
            assert (await say(harness, form)).status_code == 204
            await reply(harness, "START", "SM2")
            # Sorted, the moved letter stands where it stood.
            moved = {"Body": "STOP", "From": BO, "MessageSid": SID[:-1], "aTo": "+15005550006"}
            both = [signature(TOKEN, "u", {name: [value] for name, value in one.items()}) for one in (form, moved)]
            assert both[0] == both[1]
            assert (await say(harness, moved)).status_code == 204
            assert (await harness.get(PATH, by="bo")).json()["stopped"] is False

    asyncio.run(run())


def test_of_a_message_the_first_final_report_counts(harness: Harness) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            await choose(harness)
            await mention_bo(harness)
            message = twilio.came[0]["StatusCallback"].partition("=")[2]
            for status, state in (
                ("queued", "sent"),
                ("sent", "sent"),
                ("delivered", "delivered"),
                ("failed", "delivered"),
                ("sent", "delivered"),
            ):
                harness.clock.advance(seconds=1)
                await say(harness, {"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": "30005"}, message=message)
                assert (await log(harness))[0]["state"] == state
            assert (await log(harness, "ada")) == []
            for unknown in ("sms_unknown", "", "x" * 100, "%00"):
                assert (await say(harness, {"MessageSid": "SM1", "MessageStatus": "failed"}, message=unknown)).status_code == 204

    asyncio.run(run())


@pytest.mark.parametrize("changed", [False, True])
def test_a_report_that_the_number_opted_out_stops_the_one_it_went_to(harness: Harness, changed: bool) -> None:
    async def run() -> None:
        async with texting(harness) as twilio:
            await add(harness, twilio)
            await choose(harness)
            await mention_bo(harness)
            message = twilio.came[0]["StatusCallback"].partition("=")[2]
            if changed:
                await add(harness, twilio, number=OTHER)
            await say(harness, {"MessageSid": "SM1", "To": BO, "MessageStatus": "failed", "ErrorCode": "21610"}, message=message)
            assert (await harness.get(PATH, by="bo")).json()["stopped"] is not changed
            assert [row["number"] for row in await harness.sql("SELECT number FROM sms_stopped")] == [BO]
            assert "the number replied STOP" in (await harness.get("/settings/notifications/deliveries", by="bo")).text

    asyncio.run(run())
