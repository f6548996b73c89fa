"""N5: what comes back to the sender stops emails, if it is about an email of ours, and nothing that a stranger writes does."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st
from tests.harness import NOW, Harness
from tests.modules.deliverability.reports import BO, bounced, dsn, email_bo, is_stopped, message_id

from phoenix.kernel.email.message_id import new_message_id, read_message_id
from phoenix.kernel.security.crypto import Keys
from phoenix.modules.deliverability import commands
from phoenix.modules.deliverability.actions.bounces import MOST_BYTES

KEYS = Keys("k" * 40, "test")
SENDER = "Phoenix <no-reply@phoenix.test>"


def source(to: str = BO, id_: str = "") -> str:
    return f"From: {SENDER}\nTo: {to}\nMessage-ID: {id_ or new_message_id(SENDER, KEYS, BO, NOW)}\n\ntext\n"


@pytest.mark.parametrize(
    ("report", "stops"),
    [
        ({}, True),
        ({"whole": False}, True),
        ({"recipient": "RFC822;Bo@Example.com"}, True),
        # Forwarded by the receiver: what failed is another address, and the one that we know is in the original or named.
        ({"recipient": "rfc822; else@example.net"}, True),
        ({"recipient": "rfc822; else@example.net", "original": f"rfc822;{BO}"}, True),
        ({"recipient": f"x400; {BO}"}, True),
        ({"action": "delayed", "status": "4.4.1"}, False),
        ({"action": "delayed"}, False),
        ({"action": "delivered", "status": "2.0.0"}, False),
        ({"status": "4.2.2"}, False),
        ({"status": "5.2.2"}, False),
        ({"status": "5.7.1"}, False),
        ({"status": "5.4.4"}, True),
        ({"status": "5.0.0", "diagnostic": "smtp; 550 no such user"}, True),
        ({"status": "5.0.0", "diagnostic": "smtp; 554 spam"}, False),
        ({"status": "5.0.0", "diagnostic": "smtp; 550 your IP is on a blacklist"}, False),
        ({"status": "5.0.0", "diagnostic": "x-unix; lost"}, False),
        ({"status": "nothing"}, False),
    ],
)
def test_which_reports_stop_emails(report: dict[str, Any], *, stops: bool) -> None:
    assert bounced(KEYS, dsn(source(), **report), NOW) == ({BO} if stops else set())


def test_only_of_the_address_that_an_email_of_ours_was_for() -> None:
    own = new_message_id(SENDER, KEYS, "eve@example.com", NOW)
    stamp, unique, mac = own.strip("<>").partition("@")[0].split(".")
    forged = {
        "of nobody": "<1@phoenix.test>",
        "none": " ",
        "of another's email": own,
        "with another time": f"<{int(stamp, 16) + 1:x}.{unique}.{mac}@phoenix.test>",
        "of another installation": new_message_id(SENDER, Keys("other" * 10, "test"), BO, NOW),
        "too long": f"<{'1' * 5000}.{unique}.{mac}@phoenix.test>",
    }
    for how, id_ in forged.items():
        assert bounced(KEYS, dsn(source(id_=id_), original=f"rfc822;{BO}"), NOW) == set(), how
    assert bounced(KEYS, dsn(source(to="eve@example.com", id_=own), recipient="rfc822;eve@example.com"), NOW) == {"eve@example.com"}
    assert bounced(KEYS, dsn(source(id_=own), recipient=f"rfc822; {BO}"), NOW) == set()


def test_an_old_report_is_not_believed() -> None:
    from_long_ago = dsn(source())
    assert bounced(KEYS, from_long_ago, NOW.replace(month=12, day=6)) == {BO}
    assert bounced(KEYS, from_long_ago, NOW.replace(month=12, day=8)) == set()


def test_an_id_survives_what_mail_servers_do_to_it() -> None:
    id_ = new_message_id(SENDER, KEYS, BO, NOW)
    assert re.fullmatch(r"<[a-z0-9._-]+@phoenix\.test>", id_)
    sent = read_message_id(KEYS, f" {id_.upper()} ", BO)
    assert sent is not None
    assert sent.at == NOW
    assert len({new_message_id(SENDER, KEYS, BO, NOW) for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\x00",
        b"Subject: Out of office\n\nI am away.\n",
        dsn(source()).replace(b"multipart/report", b"multipart/mixed"),
        dsn(source()).replace(b"multipart/report", b"text/plain"),
        dsn(source()).replace(b"message/rfc822", b"text/html"),
        dsn(source()).replace(b"message/delivery-status", b"text/plain"),
        b'Content-Type: multipart/report; boundary="b"\n\n--b\nContent-Type: message/rfc822\n\n--b--\n',
        b'Content-Type: multipart/report; boundary="b"\n\n--b\nContent-Type: text/rfc822-headers; charset=x\n\n--b--\n',
    ],
)
def test_what_is_no_report_changes_nothing(raw: bytes) -> None:
    assert bounced(KEYS, raw, NOW) == set()


@given(st.integers(0, 2000), st.binary(max_size=20))
def test_a_damaged_report_does_not_fail(at: int, put: bytes) -> None:
    whole = dsn(source())
    assert bounced(KEYS, whole[:at] + put + whole[at + len(put) :], NOW) <= {BO}


def play(harness: Harness, what: Callable[[], Awaitable[None]], **variables: str) -> None:
    async def run() -> None:
        harness.variables.update(variables)
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            await what()

    asyncio.run(run())


def test_a_real_email_that_comes_back_by_the_command_stops_the_next(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def what() -> None:
        await email_bo(harness)
        sent = harness.mails(BO)[0].source
        assert read_message_id(harness.runtime.keys, message_id(sent), BO) is not None
        for raw, said in ((b"Subject: away\n\n", "Nothing was changed"), (dsn(sent), "to 1 address."), (dsn(sent), "to 0 addresses.")):
            monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
            assert said in await commands.take_bounce(harness.runtime)
        assert await is_stopped(harness)
        await email_bo(harness)
        assert len(harness.mails(BO)) == 1

    play(harness, what)


def test_only_so_much_of_a_report_is_read(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def what() -> None:
        endless = io.BytesIO(b"Subject: x\n\n" + b"x" * 2 * MOST_BYTES)
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=endless))
        await commands.take_bounce(harness.runtime)
        assert endless.tell() == MOST_BYTES

    play(harness, what)


def test_the_record_to_publish_is_printed(harness: Harness) -> None:
    async def what() -> None:
        assert await commands.print_dkim_record(harness.runtime) == "Emails are not signed. Set PHOENIX_DKIM_KEY."

    play(harness, what)


def test_a_long_record_is_printed_in_strings_that_a_zone_can_have(harness: Harness) -> None:
    async def what() -> None:
        said = await commands.print_dkim_record(harness.runtime)
        assert said.startswith('s1._domainkey.phoenix.test. IN TXT ( "v=DKIM1; k=rsa; p=')
        strings = re.findall(r'"([^"]*)"', said)
        assert len(strings) == 2
        assert max(map(len, strings)) <= 255

    play(harness, what, PHOENIX_DKIM_KEY=rsa_key(), PHOENIX_DKIM_SELECTOR="s1")


def rsa_key() -> str:
    made = rsa.generate_private_key(65537, 2048)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
