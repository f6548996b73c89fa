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
    mailer = Mailer(EmailSettings(smtp_url=f"smtp://{login}{ELSEWHERE}:{port}"), {})
    with pytest.raises(Unavailable):
        asyncio.run(mailer.send("leila@example.com", MAIL))
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
    asked: dict[str, Any] = {}

    async def note(*_: Any, **options: Any) -> None:
        asked.update(options)

    monkeypatch.setattr(aiosmtplib, "send", note)
    asyncio.run(Mailer(EmailSettings(smtp_url=url), {}).send("leila@example.com", MAIL))
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
    asked: dict[str, Any] = {}

    async def note(*_: Any, **options: Any) -> None:
        asked.update(options)

    monkeypatch.setattr(aiosmtplib, "send", note)
    asyncio.run(Mailer(EmailSettings(smtp_url=url), {}).send("leila@example.com", MAIL))
    assert (asked["hostname"], asked["port"], asked["username"], asked["password"]) == (host, port, username, password)
    assert (asked["sender"], asked["recipients"]) == ("no-reply@phoenix.example", ["leila@example.com"])
    assert 10 <= asked["timeout"] <= 60, "a server that hangs must not block a worker"


def test_the_local_mailbox_is_used_if_no_server_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    async def note(*_: Any, **options: Any) -> None:
        asked.update(options)

    monkeypatch.setattr(aiosmtplib, "send", note)
    asyncio.run(Mailer(EmailSettings(mailbox_port=1025), {}).send("leila@example.com", MAIL))
    assert (asked["hostname"], asked["port"], asked["start_tls"]) == ("127.0.0.1", 1025, None)
