"""N5: email leaves this machine encrypted or not at all; the server's certificate is checked."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import aiosmtplib
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from phoenix.kernel.email.mailer import Mailer
from phoenix.kernel.email.message import Mail
from phoenix.kernel.errors import Unavailable
from phoenix.settings import EmailSettings

MAIL = Mail(subject="Hello", text="48291377\n", html="<p>48291377</p>")
# All of 127.0.0.0/8 is this machine, but Phoenix treats only the first address as local, so the others can act as a remote server.
ELSEWHERE = "127.0.0.2"


class Received:
    """Everything that the server received before encryption."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.envelopes.append(envelope)
        return "250 OK"


def send(settings: EmailSettings) -> None:
    async def run() -> None:
        mailer = Mailer(settings, {})
        try:
            await mailer.send("leila@example.com", MAIL)
        finally:
            await mailer.close()

    asyncio.run(run())


def connecting(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """With what connections are made from now on, and from whom to whom an email goes; nothing is sent."""
    asked: dict[str, Any] = {}

    class Connection:
        is_connected, is_ehlo_or_helo_needed, protocol = True, False, None

        def __init__(self, **options: Any) -> None:
            asked.update(options)

        async def connect(self) -> None:
            """It is."""

        def supports_extension(self, _name: str) -> bool:
            return False

        async def mail(self, sender: str, **_options: Any) -> None:
            asked["envelope"] = (sender,)

        async def rcpt(self, recipient: str, **_options: Any) -> None:
            asked["envelope"] += (recipient,)

        async def data(self, _message: bytes) -> None:
            """It is taken."""

        def close(self) -> None:
            """It is."""

        async def quit(self, **_options: Any) -> None:
            """It says goodbye."""

    monkeypatch.setattr(aiosmtplib, "SMTP", Connection)
    return asked


@pytest.fixture
def plain() -> Iterator[tuple[Received, int]]:
    """A remote mail server that does not offer STARTTLS, or whose offer an attacker in between has removed."""
    received = Received()
    with socket.socket() as free:
        free.bind((ELSEWHERE, 0))
        port = free.getsockname()[1]
    controller = Controller(received, hostname=ELSEWHERE, port=port)
    controller.start()
    try:
        yield received, port
    finally:
        controller.stop()


@pytest.mark.parametrize("login", ["", "phoenix:a-password@"])
def test_nothing_is_sent_to_a_server_without_encryption(plain: tuple[Received, int], login: str) -> None:
    received, port = plain
    with pytest.raises(Unavailable):
        send(EmailSettings(smtp_url=f"smtp://{login}{ELSEWHERE}:{port}"))
    assert received.envelopes == []


@pytest.mark.parametrize(
    ("url", "use_tls", "start_tls"),
    [
        ("smtp://mail.example.com", False, True),
        ("smtp://phoenix:secret@mail.example.com:587", False, True),
        ("smtp://10.0.0.7:25", False, True),
        ("smtp://127.0.0.2:25", False, True),
        ("smtp://localhost.example.com:25", False, True),
        ("smtps://mail.example.com", True, None),
        ("smtp://127.0.0.1:2525", False, None),
        ("smtp://localhost:2525", False, None),
        ("smtp://[::1]:2525", False, None),
    ],
)
def test_encryption_is_required_of_every_server_but_a_local_one(
    monkeypatch: pytest.MonkeyPatch, url: str, use_tls: bool, start_tls: bool | None
) -> None:
    asked = connecting(monkeypatch)
    send(EmailSettings(smtp_url=url))
    assert (asked["use_tls"], asked["start_tls"]) == (use_tls, start_tls)
    context = asked["tls_context"]
    if use_tls or start_tls:
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    else:
        assert context is None


@pytest.mark.parametrize(
    ("url", "host", "port", "username", "password"),
    [
        ("smtp://mail.example.com", "mail.example.com", 587, None, None),
        ("smtps://mail.example.com", "mail.example.com", 465, None, None),
        ("smtp://a%40b:p%2Fw@mail.example.com:25", "mail.example.com", 25, "a@b", "p/w"),
        ("smtp:///?host=1", "127.0.0.1", 587, None, None),
    ],
)
def test_the_connection_uses_every_part_of_the_server_address(
    monkeypatch: pytest.MonkeyPatch, url: str, host: str, port: int, username: str | None, password: str | None
) -> None:
    asked = connecting(monkeypatch)
    send(EmailSettings(smtp_url=url))
    assert (asked["hostname"], asked["port"], asked["username"], asked["password"]) == (host, port, username, password)
    assert asked["envelope"] == ("no-reply@phoenix.example", "leila@example.com")
    assert 10 <= asked["timeout"] <= 60, "a server that hangs must not block a worker"


def test_the_local_mailbox_is_used_if_no_server_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = connecting(monkeypatch)
    send(EmailSettings(mailbox_port=1025))
    assert (asked["hostname"], asked["port"], asked["start_tls"]) == ("127.0.0.1", 1025, None)
