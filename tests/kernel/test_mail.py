"""N4, N5: emails as they arrive at a real SMTP server, and their text."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from jinja2 import UndefinedError
from tests.kernel.received import Received

import phoenix
from phoenix.kernel.clock import SetClock
from phoenix.kernel.email.mailer import Mailer
from phoenix.kernel.email.message import Mail
from phoenix.kernel.errors import InvalidInput, PermanentFailure, Unavailable
from phoenix.kernel.i18n.isolation import Ours, isolated
from phoenix.kernel.language import DEFAULT_LOCALE, reading
from phoenix.settings import EmailSettings

NOW = datetime(2026, 11, 23, 14, 5, 6, tzinfo=UTC)
MODULES = Path(phoenix.__file__).parent / "modules"
FOLDERS = {name: MODULES / name / "templates" for name in ("accounts", "sign_in", "organisations")}
MAIL = Mail(subject="Confirm: Grüße", text="Hello\n\n48291377\n", html="<p>Hello</p>")
PROOF: dict[str, Any] = {
    "name": "Leila",
    "code": "48291377",
    "code_minutes": 10,
    "link_minutes": 60,
    "link": Ours("https://phoenix.example/verify?token=a&x=b"),
}
LINK = {"name": "Leila", "link": Ours("https://phoenix.example/sign-in"), "reset_link": Ours("https://phoenix.example/forgot")}
INVITATION: dict[str, Any] = {
    "inviter": "Ada",
    "organisation": "Ember",
    "role": "member",
    "link": Ours("https://phoenix.example/invitations/accept?token=a"),
}


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with reading(DEFAULT_LOCALE):
        yield


@pytest.fixture(params=[True, False], ids=["smtputf8", "ascii"])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[Received, Mailer]]:
    received = Received()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(received, hostname="127.0.0.1", port=port, enable_SMTPUTF8=request.param, decode_data=False)
    controller.start()
    yield received, Mailer(EmailSettings(smtp_url=f"smtp://127.0.0.1:{port}"), FOLDERS, SetClock(NOW))
    controller.stop()


def send(mailer: Mailer, to: str, mail: Mail = MAIL) -> None:
    async def run() -> None:
        try:
            await mailer.send(to, mail)
        finally:
            await mailer.close()

    asyncio.run(run())


def test_an_email_arrives_complete(server: tuple[Received, Mailer]) -> None:
    received, mailer = server
    send(mailer, "leila@example.com")
    message = received.one()
    assert received.envelopes[0].rcpt_tos == ["leila@example.com"]
    assert received.envelopes[0].mail_from == "no-reply@phoenix.example"
    assert message["To"] == "leila@example.com"
    assert message["From"] == "Phoenix <no-reply@phoenix.example>"
    assert message["Subject"] == "Confirm: Grüße"
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<[^@\s]+@phoenix\.example>", message["Message-ID"])
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert plain.get_content().splitlines() == ["Hello", "", "48291377"]
    assert page.get_content().strip() == "<p>Hello</p>"


@pytest.mark.parametrize("to", ["o'brien+x@example.ie", '"john smith"@example.com', "l" * 64 + "@example.com"])
def test_an_email_reaches_any_ascii_address(server: tuple[Received, Mailer], to: str) -> None:
    received, mailer = server
    send(mailer, to)
    assert received.envelopes[0].rcpt_tos == [to]


def test_every_server_can_deliver_to_a_domain_in_another_script(server: tuple[Received, Mailer]) -> None:
    received, mailer = server
    send(mailer, "Leila@münchen.de")
    (envelope,) = received.envelopes
    assert envelope.rcpt_tos == ["Leila@münchen.de" if envelope.smtp_utf8 else "Leila@xn--mnchen-3ya.de"]


def test_a_local_part_in_another_script_needs_a_server_with_smtputf8(server: tuple[Received, Mailer]) -> None:
    received, mailer = server
    try:
        send(mailer, "почта@пример.рф")
    except PermanentFailure:
        assert received.envelopes == []
        return
    assert received.envelopes[0].smtp_utf8
    assert received.envelopes[0].rcpt_tos[0].startswith("почта@")


@pytest.mark.parametrize(
    ("to", "mail"),
    [
        ("leila@example.com\r\nBcc: eve@example.com", MAIL),
        ("leila@example.com", Mail(subject="Hello\r\nBcc: eve@example.com", text="x", html="x")),
        ("leila@example.com, eve@example.com", MAIL),
    ],
)
def test_no_header_or_recipient_can_be_injected(server: tuple[Received, Mailer], to: str, mail: Mail) -> None:
    received, mailer = server
    with pytest.raises((ValueError, InvalidInput)):
        send(mailer, to, mail)
    assert received.envelopes == []


def test_a_failed_delivery_is_reported_as_unavailable_without_naming_anyone(server: tuple[Received, Mailer]) -> None:
    received, mailer = server
    received.answers["DATA"] = "451 leila@example.com later"
    with pytest.raises(Unavailable) as refused:
        send(mailer, "leila@example.com")
    assert "leila" not in str(refused.value)


def test_an_unreachable_server_is_reported_as_unavailable() -> None:
    with pytest.raises(Unavailable):
        send(Mailer(EmailSettings(smtp_url="smtp://127.0.0.1:1"), FOLDERS), "leila@example.com")
    with pytest.raises(Unavailable, match="PHOENIX_SMTP_URL"):
        send(Mailer(EmailSettings(), FOLDERS), "leila@example.com")


@pytest.mark.parametrize(
    ("name", "context"),
    [
        ("sign_in/verify", PROOF),
        ("sign_in/password_reset", PROOF),
        ("sign_in/already_registered", LINK),
        ("organisations/invitation", INVITATION),
    ],
)
def test_every_email_says_the_same_in_html_and_in_plain_text(name: str, context: dict[str, Any]) -> None:
    mail = Mailer(EmailSettings(), FOLDERS).render(name, to="leila@example.com", **context)
    assert mail.subject
    assert "\n" not in mail.subject
    assert "<" not in mail.text
    assert "<mj-" not in mail.html
    assert "<script" not in mail.html
    assert "prefers-color-scheme: dark" in mail.html
    assert str(context["link"]) in mail.text.splitlines()
    assert f'href="{str(context["link"]).replace("&", "&amp;")}"' in mail.html
    assert "http://" not in mail.html.replace("http://www.w3.org", "").replace('"http-equiv"', "")
    if "code" in context:
        assert "48291377" in mail.text.splitlines()
        assert ">48291377<" in mail.html
        assert "48291377" in mail.subject
    assert "leila@example.com" in mail.html


class Elements(HTMLParser):
    """The elements and the text of a page, as a mail program would parse it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "</title><img src='x'>",
        '"><img src=x>',
        "Tom & Jerry",
        "{{ 7 * 7 }}",
        "%(code)s 100%",
        "</mj-text><mj-image src='x'/>",
        "&amp;",
        "O\"Brien's",
        "名前",
    ],
)
def test_names_of_people_are_escaped(name: str) -> None:
    mailer = Mailer(EmailSettings(), FOLDERS)
    mail = mailer.render("sign_in/verify", to="leila@example.com", **PROOF | {"name": name})
    assert f"Hello {isolated(name)}," in mail.text
    invited = mailer.render("organisations/invitation", to="x@example.com", **INVITATION | {"inviter": name, "organisation": name})
    assert invited.subject == f"{isolated(name)} invited you to {isolated(name)}"
    for page in (mail.html, invited.html):
        elements = Elements(page)
        assert not {"script", "img"} & set(elements.names)
        assert name in "".join(elements.words)


def test_support_is_named_in_both_parts_if_configured() -> None:
    page = Mailer(EmailSettings(support="help@example.com"), FOLDERS).render("sign_in/verify", to="x@example.com", **PROOF)
    assert page.text.endswith("Support: help@example.com\n")
    assert 'href="mailto:help@example.com"' in page.html
    without = Mailer(EmailSettings(), FOLDERS).render("sign_in/verify", to="x@example.com", **PROOF)
    assert "Support" not in without.text + without.html


@pytest.mark.parametrize(
    ("link_minutes", "said"), [(10, "The code and link expire in 10 minutes."), (60, "expires in 10 minutes, the link in 60")]
)
def test_an_email_says_when_its_code_and_link_expire(link_minutes: int, said: str) -> None:
    page = Mailer(EmailSettings(), FOLDERS).render("sign_in/verify", to="x@example.com", **PROOF | {"link_minutes": link_minutes})
    assert said in page.text
    assert said in "".join(Elements(page.html).words)


def test_a_missing_variable_of_an_email_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="code"):
        Mailer(EmailSettings(), FOLDERS).render("sign_in/verify", to="x@example.com", name="x", link="x", code_minutes=1, link_minutes=1)


def test_every_template_has_a_name_and_the_layouts_have_none() -> None:
    names = Mailer(EmailSettings(), FOLDERS).names()
    assert names == sorted(names)
    assert {"sign_in/verify", "organisations/invitation"} <= set(names)
    assert [name for name in names if name.startswith("mail") or name.endswith(".mjml")] == []


def test_a_template_is_rendered_and_sent(server: tuple[Received, Mailer]) -> None:
    received, mailer = server
    send(mailer, "leila@example.com", mailer.render("organisations/invitation", to="leila@example.com", **INVITATION))
    assert received.one()["Subject"] == "Ada invited you to Ember"


def test_headers_for_an_ascii_address_are_ascii(server: tuple[Received, Mailer]) -> None:
    """Support for other characters matters only for addresses that need it."""
    received, mailer = server
    send(mailer, "leila@example.com")
    content = received.envelopes[0].content
    assert isinstance(content, bytes)
    assert content.partition(b"\r\n\r\n")[0].isascii()


def test_support_is_named_if_configured() -> None:
    mailer = Mailer(EmailSettings(support="help@phoenix.example"), FOLDERS)
    mail = mailer.render("organisations/invitation", to="x@example.com", **INVITATION)
    assert mail.text.endswith("\nSupport: help@phoenix.example\n")
    assert "help@phoenix.example" in mail.html
    assert "Support:" not in Mailer(EmailSettings(), FOLDERS).render("organisations/invitation", to="x@example.com", **INVITATION).text


def test_plain_text_has_no_gaps_and_ends_in_one_line_break() -> None:
    mail = Mailer(EmailSettings(), FOLDERS).render("sign_in/verify", to="leila@example.com", **PROOF)
    assert "\n\n\n" not in mail.text
    assert mail.text == mail.text.strip() + "\n"
