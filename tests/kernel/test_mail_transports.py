"""Emails are carried by a mail server, by the one that stands in for it, or by SendGrid's API, in that order."""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from msgspec import structs
from tests.kernel.received import Received
from tests.logs import logging_of

from phoenix.kernel.clock import SetClock
from phoenix.kernel.email import mailer as mailers
from phoenix.kernel.email.mailer import Mailer
from phoenix.kernel.email.message import Mail, OutgoingEmail
from phoenix.kernel.email.message_id import new_message_id
from phoenix.kernel.errors import PermanentFailure, Unavailable
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.security.crypto import Keys
from phoenix.kernel.security.http_client import HttpClient
from phoenix.settings import EmailSettings, LogSettings

CLOCK = SetClock(datetime(2026, 11, 23, 14, 5, 6, tzinfo=UTC))
KEY = "SG.key"
MAIL = Mail("Grüße, 48291377", "Hello\n", "<p>Hello</p>", unsubscribe="https://phoenix.example/notifications/unsubscribe/t")


class SendGrid(http.server.ThreadingHTTPServer):
    """Answers as SendGrid's documentation of `POST /v3/mail/send` says: 202 without a body, or errors."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.status = 202

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


class Answering(http.server.BaseHTTPRequestHandler):
    server: SendGrid

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, dict(self.headers), body))
        answer = b"" if self.server.status == 202 else json.dumps({"errors": [{"message": "leila@example.com is refused"}]}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_arguments: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def sendgrid() -> Iterator[SendGrid]:
    with SendGrid() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def smtp() -> Iterator[Callable[[], tuple[Received, str]]]:
    """Starts a mail server, and returns what it received and its address."""
    with contextlib.ExitStack() as stack:

        def start() -> tuple[Received, str]:
            received, port = Received(), free_port()
            controller = Controller(received, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True, decode_data=False)
            controller.start()
            stack.callback(controller.stop)
            return received, f"smtp://127.0.0.1:{port}"

        yield start


def send(to: str = "leila@example.com", *, mail: Mail = MAIL, **settings: Any) -> None:
    async def run() -> None:
        client = HttpClient(CLOCK)
        mailer = Mailer(EmailSettings(**settings), {}, CLOCK, http=client)
        try:
            await mailer.send(to, mail)
        finally:
            await mailer.close()
            await client.close()

    asyncio.run(run())


def test_sendgrid_is_given_all_that_a_mail_server_is(sendgrid: SendGrid) -> None:
    send("Leila@Exämple.com", sendgrid_key=KEY, sendgrid_url=sendgrid.url)
    ((path, headers, body),) = sendgrid.asked
    assert (path, headers["Authorization"], headers["Content-Type"]) == ("/v3/mail/send", f"Bearer {KEY}", "application/json")
    assert body["personalizations"] == [{"to": [{"email": "Leila@xn--exmple-cua.com"}]}]
    assert body["from"] == {"email": "no-reply@phoenix.example", "name": "Phoenix"}
    assert body["subject"] == MAIL.subject
    assert body["content"] == [{"type": "text/plain", "value": MAIL.text}, {"type": "text/html", "value": MAIL.html}]
    assert body["headers"]["List-Unsubscribe"] == f"<{MAIL.unsubscribe}>"
    assert body["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert body["headers"]["Message-ID"].endswith("@phoenix.example>")
    assert body["tracking_settings"] == {"click_tracking": {"enable": False}, "open_tracking": {"enable": False}}
    assert "custom_args" not in body
    assert set(body["headers"]).isdisjoint({"To", "From", "Subject", "Reply-To", "Date"}), "these it refuses among the headers"


def test_sendgrid_is_told_by_what_an_email_is_known_which_it_returns_with_its_reports(sendgrid: SendGrid) -> None:
    send(mail=structs.replace(MAIL, reference="abcdefghij234567"), sendgrid_key=KEY, sendgrid_url=sendgrid.url)
    ((_path, _headers, body),) = sendgrid.asked
    assert body["custom_args"] == {"phoenix_email": "abcdefghij234567"}
    assert ".abcdefghij234567." in body["headers"]["Message-ID"], "mail servers return this"


@pytest.mark.parametrize(
    ("status", "is_permanent"), [(400, True), (413, True), (401, False), (403, False), (429, False), (500, False), (503, False)]
)
def test_what_sendgrid_refuses_for_ever_is_told_from_what_can_be_sent_later(sendgrid: SendGrid, status: int, *, is_permanent: bool) -> None:
    sendgrid.status = status
    with pytest.raises(PermanentFailure if is_permanent else Unavailable, match=str(status)) as refused:
        send(sendgrid_key=KEY, sendgrid_url=sendgrid.url)
    assert "leila" not in str(refused.value)
    assert KEY not in str(refused.value)


def test_sendgrid_that_does_not_answer_can_answer_later() -> None:
    with pytest.raises(Unavailable, match="SendGrid is not responding"):
        send(sendgrid_key=KEY, sendgrid_url=f"http://127.0.0.1:{free_port()}")


def test_sendgrid_is_not_asked_for_an_address_that_it_cannot_reach(sendgrid: SendGrid) -> None:
    with pytest.raises(PermanentFailure, match="this script"):
        send("грета@example.com", sendgrid_key=KEY, sendgrid_url=sendgrid.url)
    assert sendgrid.asked == []


def test_while_a_mail_server_is_unavailable_the_next_carries_the_email(
    smtp: Callable[[], tuple[Received, str]], sendgrid: SendGrid
) -> None:
    first, first_url = smtp()
    second, second_url = smtp()
    settings: dict[str, Any] = {"smtp_url": first_url, "smtp_fallback_url": second_url, "sendgrid_key": KEY, "sendgrid_url": sendgrid.url}
    send(**settings)
    assert (len(first.envelopes), len(second.envelopes), len(sendgrid.asked)) == (1, 0, 0)
    first.answers["RCPT"] = "451 4.3.0 leila@example.com: try again later"
    with logging_of(LogSettings()) as logged:
        send(**settings)
    assert (len(first.envelopes), len(second.envelopes), len(sendgrid.asked)) == (1, 1, 0)
    (said,) = [line for line in logged.getvalue().splitlines() if "email_transport_failed" in line]
    assert "smtp 127.0.0.1" in said
    assert "leila" not in said
    second.answers["MAIL"] = "421 4.3.2 going down"
    send(**settings)
    assert (len(first.envelopes), len(second.envelopes), len(sendgrid.asked)) == (1, 1, 1)
    sendgrid.status = 503
    with pytest.raises(Unavailable):
        send(**settings)


def test_an_email_that_is_refused_for_ever_is_not_tried_elsewhere(smtp: Callable[[], tuple[Received, str]]) -> None:
    first, first_url = smtp()
    second, second_url = smtp()
    first.answers["RCPT"] = "550 5.1.1 leila@example.com unknown"
    with pytest.raises(PermanentFailure):
        send(smtp_url=first_url, smtp_fallback_url=second_url)
    assert second.envelopes == []


def test_an_address_that_one_cannot_write_to_is_left_to_the_next(smtp: Callable[[], tuple[Received, str]], sendgrid: SendGrid) -> None:
    """SendGrid takes no letters beyond ASCII before the @; a mail server that is only away for now still may."""
    first, first_url = smtp()
    second, second_url = smtp()
    to = "грета@example.com"
    first.answers["MAIL"] = "451 4.3.2 try again later"
    send(to, smtp_url=first_url, smtp_fallback_url=second_url)
    assert len(second.envelopes) == 1
    with pytest.raises(Unavailable):
        send(to, smtp_url=first_url, sendgrid_key=KEY, sendgrid_url=sendgrid.url)
    assert sendgrid.asked == []


def test_what_another_refuses_is_tried_again_where_the_first_was_only_away(
    smtp: Callable[[], tuple[Received, str]], sendgrid: SendGrid
) -> None:
    first, first_url = smtp()
    first.answers["MAIL"] = "421 4.3.2 going down"
    sendgrid.status = 400
    with pytest.raises(Unavailable):
        send(smtp_url=first_url, sendgrid_key=KEY, sendgrid_url=sendgrid.url)


def test_a_transport_that_takes_too_long_leaves_time_for_the_next(
    smtp: Callable[[], tuple[Received, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    received, url = smtp()
    monkeypatch.setattr(mailers, "CARRY_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        send(smtp_url=f"smtp://127.0.0.1:{silent.getsockname()[1]}", smtp_fallback_url=url)
        assert len(received.envelopes) == 1
        with pytest.raises(Unavailable, match="too long"):
            send(smtp_url=f"smtp://127.0.0.1:{silent.getsockname()[1]}")


def test_the_link_that_unsubscribes_is_written_as_mail_programs_read_it() -> None:
    """RFC 2369: an address between < and >, never an encoded word, however long it is."""
    url = f"https://phoenix.example/notifications/unsubscribe/{'t' * 300}"
    for to in ("leila@example.com", "грета@example.com"):
        mail = Mail("Größe", "Hello\n", "<p>Hello</p>", unsubscribe=url)
        raw = (
            OutgoingEmail(mail, "Phoenix <no-reply@phoenix.example>", parse_address(to), CLOCK.now(), "<one@phoenix.example>")
            .message(to)
            .as_bytes()
        )
        assert f"\r\nList-Unsubscribe: <{url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode() in raw
        assert max(len(line) for line in raw.splitlines()) < 998


def test_an_email_has_one_id_whatever_carries_it() -> None:
    """A server that accepts it and then breaks off leaves two copies, which mail programs can tell are one."""
    outgoing = OutgoingEmail(
        MAIL, "Phoenix <no-reply@phoenix.example>", parse_address("x@example.com"), CLOCK.now(), "<one@phoenix.example>"
    )
    assert {outgoing.message(to)["Message-ID"] for to in ("x@example.com", "x@exämple.com")} == {"<one@phoenix.example>"}


def test_without_anything_configured_an_email_waits() -> None:
    with pytest.raises(Unavailable, match="No mail server is configured"):
        send()


def test_the_sender_can_be_an_address_without_a_name() -> None:
    keys = Keys("k" * 40, "test")
    id_ = new_message_id("", keys, "leila@example.com", CLOCK.now())
    outgoing = OutgoingEmail(MAIL, "help@phoenix.example", parse_address("leila@example.com"), CLOCK.now(), id_)
    assert outgoing.message("leila@example.com")["From"] == "help@phoenix.example"
    assert outgoing.id.endswith("@phoenix.invalid>")
    assert new_message_id(outgoing.sender, keys, "leila@example.com", CLOCK.now()).endswith("@phoenix.example>")
