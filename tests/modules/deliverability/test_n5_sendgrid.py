"""N5: what SendGrid reports is believed only if it signed it, lately, and only once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.harness import Harness
from tests.modules.deliverability.reports import BO, BOUNCE, KEY, PATH, PUBLIC, is_stopped, report, signed

from phoenix.modules.deliverability.module import check
from phoenix.settings import SettingsError, read_settings

BODY = json.dumps([BOUNCE]).encode()


def play(harness: Harness, what: Callable[[], Awaitable[None]], key: str = PUBLIC) -> None:
    async def run() -> None:
        harness.variables["PHOENIX_SENDGRID_WEBHOOK_KEY"] = key
        async with harness:
            await harness.person("bo")
            await what()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("event", "stops"),
    [
        ({}, "bounced"),
        ({"type": "blocked"}, None),
        ({"status": "4.2.2"}, None),
        ({"event": "deferred"}, None),
        ({"event": "delivered"}, None),
        ({"event": "dropped", "reason": "Bounced Address"}, "bounced"),
        ({"event": "dropped", "reason": "Spam Reporting Address"}, "complained"),
        ({"event": "dropped", "reason": "Spam Content"}, None),
        ({"event": "spamreport"}, "complained"),
        ({"event": "unsubscribe"}, "unsubscribed"),
        ({"event": "group_unsubscribe"}, "unsubscribed"),
        ({"event": "group_resubscribe"}, None),
        ({"email": "Bo@EXAMPLE.com"}, "bounced"),
        ({"email": "no address"}, None),
    ],
)
def test_what_stops_emails(harness: Harness, event: dict[str, Any], stops: str | None) -> None:
    async def what() -> None:
        assert (await report(harness, {**BOUNCE, **event})).status_code == 204
        assert (await harness.get("/api/v2/me/email_status", by="bo")).json()["reason"] == stops

    play(harness, what)


def test_what_was_received_before_is_not_looked_at_again(harness: Harness) -> None:
    async def what() -> None:
        await report(harness, BOUNCE, BOUNCE)
        await harness.post("/api/v2/me/email_status/resume", by="bo")
        assert (await report(harness, BOUNCE)).status_code == 204
        assert not await is_stopped(harness)
        await report(harness, BOUNCE, {**BOUNCE, "sg_event_id": "two"})
        assert await is_stopped(harness)

    play(harness, what)


@pytest.mark.parametrize(
    "how", ["no signature", "another key", "another body", "another time", "no base64", "no number", "old", "from the future", "spaces"]
)
def test_what_is_not_signed_is_refused(harness: Harness, how: str) -> None:
    async def what() -> None:
        now, body = harness.clock.now(), BODY
        if how in {"old", "from the future"}:
            now += timedelta(days=1, seconds=1) * (-1 if how == "old" else 1)
        headers = signed(BODY, now, ec.generate_private_key(ec.SECP256R1()) if how == "another key" else KEY)
        signature, timestamp = headers
        if how == "no signature":
            headers = {}
        elif how == "another body":
            body = BODY.replace(b"bo@", b"ada@")
        elif how == "spaces":
            body = BODY + b" "
        elif how == "another time":
            headers[timestamp] = str(int(headers[timestamp]) + 1)
        elif how == "no base64":
            headers[signature] = "!"
        elif how == "no number":
            headers[timestamp] = "٣"
        answer = await harness.post(PATH, content=body, headers={name: value.encode() for name, value in headers.items()})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_signed")
        assert await harness.sql("SELECT * FROM stopped_addresses") == []
        assert (await report(harness, BOUNCE)).status_code == 204

    play(harness, what)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'[{"event":"bounce"}]', b"\xff", b"[" * 100_000])
def test_what_cannot_be_read_is_refused(harness: Harness, body: bytes) -> None:
    async def what() -> None:
        answer = await harness.post(PATH, content=body, headers=signed(body, harness.clock.now()))
        assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_report")

    play(harness, what)


def test_a_report_of_several_is_one_transaction_with_few_queries(harness: Harness) -> None:
    async def what() -> None:
        many = [{**BOUNCE, "email": f"p{number}@example.com", "sg_event_id": f"e{number}"} for number in range(1000)]
        answer = await report(harness, *many)
        assert int(answer.headers["X-Phoenix-Queries"]) <= 3
        assert (await harness.sql("SELECT count(*) AS count FROM stopped_addresses"))[0]["count"] == 1000

    play(harness, what)


def test_without_a_key_there_is_nothing_to_report_to(harness: Harness) -> None:
    async def what() -> None:
        answer = await harness.post(PATH, content=BODY, headers=signed(BODY, harness.clock.now()))
        assert answer.status_code == 404

    play(harness, what, key="")


@pytest.mark.parametrize("key", ["no base64!", "AAAA", "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="])
def test_a_key_that_cannot_be_used_is_refused(key: str) -> None:
    with pytest.raises(SettingsError, match="PHOENIX_SENDGRID_WEBHOOK_KEY must be the verification key"):
        check(read_settings({"PHOENIX_SENDGRID_WEBHOOK_KEY": key}))


def test_an_address_is_reported_with_no_event_where_nobody_has_it(harness: Harness) -> None:
    async def what() -> None:
        await harness.events()
        await report(harness, {**BOUNCE, "email": "stranger@example.com"})
        assert await harness.events() == []
        await report(harness, {**BOUNCE, "sg_event_id": "two", "email": BO})
        assert await harness.events() == ["deliverability.stopped"]

    play(harness, what)
