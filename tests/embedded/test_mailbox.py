"""The local mailbox: which emails it receives by SMTP, and who can read them."""

from __future__ import annotations

import asyncio
import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from litestar import Litestar

from phoenix.embedded.mailbox import store
from phoenix.embedded.mailbox.pages import MAILBOX_ROUTES
from phoenix.embedded.mailbox.receive import Receiver, serve
from phoenix.embedded.mailbox.store import Mailbox, address_key, mailbox_of
from phoenix.embedded.valkey import free_port
from phoenix.kernel.clock import SetClock
from phoenix.kernel.errors import PhoenixError
from phoenix.kernel.web.application import RequestState, put_state
from phoenix.kernel.web.problems import problem_response
from phoenix.settings import InstallationSettings, Settings

NOW = datetime(2026, 3, 29, 1, 30, 0, 123_456, tzinfo=UTC)
HERE = ("127.0.0.1", 40_000)


def keep(mailbox: Mailbox, to: str = "ada@example.com", subject: str = "Hello", html: str = "") -> None:
    mailbox.add([to], sender="Phoenix <no-reply@phoenix.example>", subject=subject, text="Text", html=html, source="…", at=NOW)


def send(mailbox: Mailbox, message: EmailMessage, *recipients: str) -> None:
    """Send an email over a real SMTP connection."""

    async def run() -> None:
        port = free_port()
        server = await serve(Receiver(mailbox, SetClock(NOW)), port)
        try:
            await asyncio.to_thread(_converse, port, message, recipients)
        finally:
            server.close()

    asyncio.run(run())


def _converse(port: int, message: EmailMessage, recipients: tuple[str, ...]) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
        client.send_message(message, "no-reply@phoenix.example", recipients)


def ask(settings: Settings, method: str, path: str, *, peer: tuple[str, int] = HERE, **options: Any) -> httpx.Response:
    """The web worker's response to a request from `peer`."""

    async def run() -> httpx.Response:
        framework = Litestar([*MAILBOX_ROUTES], exception_handlers={PhoenixError: lambda request, error: problem_response(error, request)})
        shared = SimpleNamespace(runtime=SimpleNamespace(settings=settings))

        async def app(scope: Any, receive: Any, send: Any) -> None:
            put_state(scope, RequestState(shared))  # type: ignore[arg-type]
            await framework(scope, receive, send)

        transport = httpx.ASGITransport(app=app, client=peer)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            return await client.request(method, path, **options)

    return asyncio.run(run())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(installation=InstallationSettings(data=tmp_path))


@pytest.fixture
def mailbox(settings: Settings) -> Mailbox:
    return mailbox_of(settings)


def test_an_email_is_saved_with_its_text_and_its_html(mailbox: Mailbox) -> None:
    message = EmailMessage()
    message["From"] = "Phoenix <no-reply@phoenix.example>"
    message["Subject"] = "Confirm your address ✓ 12345678, with a subject that is long enough to be folded on its way"
    message.set_content("Your code:\n12345678\n")
    message.add_alternative("<p>Your code: <b>12345678</b></p>", subtype="html")
    send(mailbox, message, "Ada@Example.com", "bo@example.com")
    first, second = mailbox.newest()
    assert (first.to, second.to) == ("bo@example.com", "Ada@Example.com")
    assert first.subject == message["Subject"]
    assert first.text == "Your code:\n12345678\n"
    assert first.html.strip() == "<p>Your code: <b>12345678</b></p>"
    assert first.received_at == NOW
    assert "Content-Type: multipart/alternative" in first.source


@pytest.mark.parametrize(
    "address", ["ada+tag@example.com", "o'rourke@example.com", '"john doe"@example.com', "jörg@bücher.example", f"{'x' * 64}@example.com"]
)
def test_every_valid_address_is_accepted(mailbox: Mailbox, address: str) -> None:
    message = EmailMessage()
    message.set_content("Hello")
    send(mailbox, message, address)
    assert [found.to for found in mailbox.newest(to=address)] == [address]


def test_text_in_an_unknown_character_set_is_shown_as_well_as_possible(mailbox: Mailbox) -> None:
    message = EmailMessage()
    message.set_content("12345678")
    message.replace_header("Content-Type", 'text/plain; charset="nonsense"')
    send(mailbox, message, "ada@example.com")
    assert mailbox.newest()[0].text.strip() == "12345678"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ada@Example.COM", "ada@example.com", True),
        ("ada@b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example", "ada@xn--bcher-kva.example", True),
        ("jo\N{COMBINING DIAERESIS}rg@example.com", "j\N{LATIN SMALL LETTER O WITH DIAERESIS}rg@example.com", True),
        ("ada@example.com", "ada+x@example.com", False),
        ("ada@example.com", "ada@example.org", False),
    ],
)
def test_addresses_are_compared_without_regard_to_notation(one: str, other: str, same: bool) -> None:
    assert (address_key(one) == address_key(other)) is same


def test_only_the_newest_messages_are_kept(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "KEPT", 3)
    for number in range(5):
        keep(mailbox, subject=str(number))
    assert [message.subject for message in mailbox.newest()] == ["4", "3", "2"]
    assert mailbox.count() == 3


def test_other_users_of_the_machine_cannot_read_the_file(mailbox: Mailbox, settings: Settings) -> None:
    keep(mailbox)
    assert (settings.installation.data / "mailbox.sqlite").stat().st_mode & 0o777 == 0o600


def test_the_api_lists_messages_to_an_address_newest_first(mailbox: Mailbox, settings: Settings) -> None:
    for subject in ("one", "two"):
        keep(mailbox, "Ada@example.com", subject, "<p>Hi</p>")
    keep(mailbox, "bo@example.com", "three")
    answer = ask(settings, "GET", "/mailbox/api/messages", params={"to": "ADA@EXAMPLE.COM"})
    assert answer.status_code == 200
    assert answer.json() == {
        "items": [
            {
                "id": id_,
                "to": "Ada@example.com",
                "subject": subject,
                "text": "Text",
                "html": "<p>Hi</p>",
                "received_at": "2026-03-29T01:30:00.123Z",
            }
            for id_, subject in (("2", "two"), ("1", "one"))
        ]
    }
    assert len(ask(settings, "GET", "/mailbox/api/messages").json()["items"]) == 3
    assert ask(settings, "GET", "/mailbox/api/messages", params={"to": "nobody@example.com"}).json() == {"items": []}


def test_the_api_returns_one_message_and_deletes_all(mailbox: Mailbox, settings: Settings) -> None:
    keep(mailbox)
    assert ask(settings, "GET", "/mailbox/api/messages/1").json()["subject"] == "Hello"
    for missing in ("2", "x", "1;drop", "9" * 30):
        assert ask(settings, "GET", f"/mailbox/api/messages/{missing}").status_code == 404
    assert ask(settings, "DELETE", "/mailbox/api/messages", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert mailbox.count() == 1
    assert ask(settings, "DELETE", "/mailbox/api/messages").status_code == 204
    assert mailbox.count() == 0


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        (("192.0.2.7", 1), {}),
        (HERE, {"X-Forwarded-For": "192.0.2.7"}),
        (HERE, {"Forwarded": "for=192.0.2.7"}),
        (HERE, {"X-Real-IP": "192.0.2.7"}),
        (HERE, {"Host": "phoenix.example.com"}),
    ],
)
@pytest.mark.parametrize("path", ["/mailbox/api/messages", "/mailbox/1/seen", "/mailbox"])
def test_the_mailbox_is_not_found_from_other_machines(
    mailbox: Mailbox, settings: Settings, peer: tuple[str, int], headers: dict[str, str], path: str
) -> None:
    keep(mailbox, html="<p>Hi</p>")
    assert ask(settings, "GET", path, peer=peer, headers=headers).status_code == 404


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
def test_the_mailbox_answers_under_every_local_host_name(settings: Settings, host: str) -> None:
    assert ask(settings, "GET", "/mailbox/api/messages", peer=("::1", 1), headers={"Host": host}).status_code == 200


def test_the_html_of_an_email_cannot_run_scripts(mailbox: Mailbox, settings: Settings) -> None:
    keep(mailbox, html="<script>alert(1)</script>")
    answer = ask(settings, "GET", "/mailbox/1/seen")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "script-src" not in policy
