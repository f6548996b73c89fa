"""N5: reports about addresses with other letters than ASCII (RFC 6533)."""

from __future__ import annotations

import pytest
from tests.harness import NOW
from tests.modules.deliverability.reports import bounced, dsn

from phoenix.kernel.email.message_id import new_message_id
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.security.crypto import Keys

KEYS = Keys("k" * 40, "test")
SENDER = "Phoenix <no-reply@phoenix.test>"
ADDRESS = "jürgen@exämple.com"
KEY = parse_address(ADDRESS).key


def report(recipient: str, original: str) -> bytes:
    source = f"From: {SENDER}\nTo: hidden@example.net\nMessage-ID: {new_message_id(SENDER, KEYS, KEY, NOW)}\n\ntext\n"
    made = dsn(source, recipient=recipient, whole=original != "text/rfc822-headers").decode()
    made = made.replace("message/delivery-status", "message/global-delivery-status").replace("message/rfc822", original)
    return made.encode()


@pytest.mark.parametrize("original", ["message/global", "message/global-headers", "message/rfc822", "text/rfc822-headers"])
@pytest.mark.parametrize(
    "recipient", [f"utf-8; {ADDRESS}", r"utf-8; j\x{FC}rgen@ex\x{E4}mple.com", r"UTF-8;j\x{fc}rgen@xn--exmple-cua.com"]
)
def test_a_report_with_other_letters_stops_emails(recipient: str, original: str) -> None:
    assert bounced(KEYS, report(recipient, original), NOW) == {KEY}


@pytest.mark.parametrize(
    "recipient", [r"utf-8; j\x{FFFFFF}rgen@ex\x{E4}mple.com", r"utf-8; j\x{}rgen@exämple.com", "utf-8; jurgen@exämple.com", "utf-8;"]
)
def test_one_about_another_address_stops_nothing(recipient: str) -> None:
    assert bounced(KEYS, report(recipient, "message/global"), NOW) == set()


NESTED = b"Content-Type: message/rfc822\r\n\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        dsn(f"To: {ADDRESS}\nMessage-ID: <1@phoenix.test>\n\ntext\n", recipient="rfc822; " + "(" * 900),
        dsn(f"To: {ADDRESS}\nMessage-ID: <1@phoenix.test>\n\ntext\n", recipient="rfc822; " + "(" * 3000),
        NESTED * 1500,
        NESTED * 49,
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n" + b"--b\r\n" * 2000,
        b"Content-Type: multipart/report; boundary=\xff\r\n\r\n--\xff",
    ],
)
def test_a_report_that_no_parser_understands_stops_nothing(raw: bytes) -> None:
    assert bounced(KEYS, raw, NOW) == set()
