"""N5: emails are signed (RFC 6376, RFC 8463), and whoever receives one can verify it with the published record."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import socket
from datetime import UTC, datetime

import pytest
from aiosmtpd.controller import Controller
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key, load_der_public_key
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.received import Received

from phoenix.kernel.email import dkim
from phoenix.kernel.email.mailer import Mailer
from phoenix.kernel.email.message import Mail
from phoenix.settings import EmailSettings, SettingsError

NOW = datetime(2026, 11, 23, 14, 5, 6, tzinfo=UTC)
# RFC 8463, appendix A.
MESSAGE = b"""From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
""".replace(b"\n", b"\r\n")
BODY_HASH = "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="
NAMES = ["from", "to", "subject", "date", "message-id", "from", "subject", "date"]
ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(base64.b64decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="))
RSA = load_der_private_key(
    base64.b64decode(
        "MIICXQIBAAKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+"
        "PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQABAoGAH0cxOhFZDgzXWhDhnAJDw5s4roOXN4OhjiXa8W7Y3rhX"
        "3FJqmJSPuC8N9vQm6SVbaLAE4SG5mLMueHlh4KXffEpuLEiNp9Ss3O4YfLiQpbRqE7Tm5SxKjvvQoZZezHorimOaChRL2it47iuWxzxSiRMv4c+j70GiWdxX"
        "nxe4UoECQQDzJB/0U58W7RZy6enGVj2kWF732CoWFZWzi1FicudrBFoy63QwcowpoCazKtvZGMNlPWnC7x/6o8GcuSe0ga2xAkEA8C7PipPm1/1fTRQvj1o/"
        "dDmZp243044ZNyxjg+/OPN0oWCbXIGxyWvmZbXriOWoSALJTjExEgraHEgnXssuk7QJBALl5ICsYMu6hMxO73gnfNayNgPxdWFV6Z7ULnKyV7HSVYF0hgYOH"
        "jeYe9gaMtiJYoo0zGN+L3AAtNP9huqkWlzECQE1alicIeVlo1e+qJ6Mgqr0Q7Aa7falZ448ccbSFYEPD6oFxiOl9Y9se9iYHZKKfIcsto7DUw1/hz2Ck4N5J"
        "rgUCQQCyKveNvjzkkd8HjYs0SwM0fPjK16//5qDZ2UiDGnOeuEzxBDAr518Z8VFbR41in3W4Y3yCDgQlLlcETrS+zYcL"
    ),
    None,
)
UNSIGNED = (
    "v=1; a={kind}; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n q=dns/txt; s={selector};"
    " t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject : date;\r\n bh={bh};\r\n b="
)


@pytest.mark.parametrize(
    ("key", "kind", "selector", "signature"),
    [
        (
            ED25519,
            "ed25519-sha256",
            "brisbane",
            "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==",
        ),
        (
            RSA,
            "rsa-sha256",
            "test",
            (
                "F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz"
                "dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8="
            ),
        ),
    ],
)
def test_a_signature_is_the_one_of_the_standard(key: dkim.Key, kind: str, selector: str, signature: str) -> None:
    fields, body = dkim.parsed(MESSAGE)
    assert base64.b64encode(dkim.body_hash(body)).decode() == BODY_HASH
    unsigned = UNSIGNED.format(kind=kind, selector=selector, bh=BODY_HASH).encode()
    assert dkim.sign(key, fields, NAMES, unsigned) == signature


def test_the_record_is_the_one_of_the_standard() -> None:
    name, text = dkim.Signer("football.example.com", "brisbane", ED25519).record
    assert name == "brisbane._domainkey.football.example.com"
    assert text == "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


@pytest.mark.parametrize(
    ("body", "relaxed"),
    [
        # RFC 6376, 3.4.5, and of an empty body, 3.4.4.
        (b" C \r\nD \t E\r\n\r\n\r\n", b" C\r\nD E\r\n"),
        (b"", b""),
        (b"\r\n\r\n", b""),
        (b"no end", b"no end\r\n"),
    ],
)
def test_a_body_is_signed_as_the_standard_says(body: bytes, relaxed: bytes) -> None:
    assert dkim.body_hash(body) == hashlib.sha256(relaxed).digest()


def verified(message: bytes, record: str) -> set[str]:
    """Verify the first signature as a receiver would, written from the standard. Returns the names that are signed. Raises InvalidSignature."""
    head, _, body = message.partition(b"\r\n\r\n")
    unfolded = re.sub(rb"\r\n(?=[ \t])", b"", head).split(b"\r\n")
    assert unfolded[0].startswith(b"DKIM-Signature:")
    tags = dict(re.findall(r"(\w+)=([^;]*)", re.sub(r"\s", "", unfolded[0].decode().partition(":")[2])))
    text = re.sub(rb"[ \t]+(?=\r\n)", b"", re.sub(rb"[ \t]+", b" ", body))
    text = re.sub(rb"(\r\n)+\Z", b"", text)
    if base64.b64encode(hashlib.sha256(text + b"\r\n" if text else b"").digest()).decode() != tags["bh"]:
        raise InvalidSignature
    names = tags["h"].split(":")
    rest = list(reversed(unfolded[1:]))
    signed = b""
    for name in names:
        for number, line in enumerate(rest):
            if line.lower().startswith(f"{name}:".encode()):
                value = re.sub(rb"[ \t]+", b" ", rest.pop(number).partition(b":")[2]).strip()
                signed += name.encode() + b":" + value + b"\r\n"
                break
    own = re.sub(rb"[ \t]+", b" ", re.sub(rb"([; \t]b=).*", rb"\1", unfolded[0].partition(b":")[2])).strip()
    signed += b"dkim-signature:" + own
    public, signature = base64.b64decode(record.partition("p=")[2]), base64.b64decode(tags["b"])
    if "k=rsa" in record:
        key = load_der_public_key(public)
        assert isinstance(key, rsa.RSAPublicKey)
        key.verify(signature, signed, padding.PKCS1v15(), SHA256())
    else:
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, hashlib.sha256(signed).digest())
    return set(names)


def pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode().strip()


@pytest.mark.parametrize("key", [ED25519, rsa.generate_private_key(65537, 2048)], ids=["ed25519", "rsa"])
@pytest.mark.parametrize("to", ["leila@example.com", "грета@example.com"])
def test_what_arrives_can_be_verified_and_changes_are_noticed(key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey, to: str) -> None:
    received = Received()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(received, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True, decode_data=False)
    controller.start()
    settings = EmailSettings(smtp_url=f"smtp://127.0.0.1:{port}", sender="Grüße <x@Phoenix.example>", dkim_key=pem(key), dkim_selector="s1")
    link = f"https://phoenix.example/notifications/unsubscribe/{'t' * 300}"

    async def send() -> None:
        mailer = Mailer(settings, {})
        await mailer.send(to, Mail("Grüße " * 30, f"Hello\n.\n{'long ' * 400}\n\n\n", "<p>日本語</p>\n" * 50, unsubscribe=link))
        await mailer.close()

    asyncio.run(send())
    controller.stop()
    raw = received.envelopes[0].content
    assert isinstance(raw, bytes)
    signer = dkim.signer_of(settings)
    assert signer is not None
    name, record = signer.record
    assert name == "s1._domainkey.phoenix.example"
    assert {"from", "to", "subject", "date", "message-id", "list-unsubscribe", "list-unsubscribe-post"} <= verified(raw, record)
    assert max(len(line) for line in raw.partition(b"From:")[0].splitlines()) <= 78
    for before, after in (
        (b"\r\nFrom: ", b"\r\nFrom: eve@example.com\r\nFrom: "),
        (b"\r\nTo: ", b"\r\nTo: eve"),
        (link.encode(), b"https://eve.example/"),
        (b"Auto-Submitted", b"List-Unsubscribe-Post: x\r\nAuto-Submitted"),
        (b"text/html", b"text/plain"),
    ):
        assert before in raw
        with pytest.raises(InvalidSignature):
            verified(raw.replace(before, after, 1), record)


@given(st.lists(st.text(st.characters(codec="ascii", exclude_characters="\r\n")), max_size=8))
def test_any_body_can_be_verified(lines: list[str]) -> None:
    message = b"From: a@x.example\r\nSubject:  two \t spaces\r\n\r\n" + "".join(f"{line}\r\n" for line in lines).encode()
    signer = dkim.Signer("x.example", "s", ED25519)
    verified(signer.signed(message, NOW), signer.record[1])


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "must be a private key in PEM"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "must be an RSA or an Ed25519 key"),
        (pem(rsa.generate_private_key(65537, 1024)), "must have at least 2048 bits"),  # noqa: S505 - refused for it
    ],
)
def test_a_key_that_cannot_be_used_is_refused_and_not_repeated(key: str, why: str) -> None:
    with pytest.raises(SettingsError, match=f"PHOENIX_DKIM_KEY {why}") as refused:
        Mailer(EmailSettings(dkim_key=key), {})
    assert "AAAA" not in str(refused.value)


def test_without_a_key_nothing_is_signed() -> None:
    assert dkim.signer_of(EmailSettings()) is None


def test_the_domain_that_signs_can_be_another() -> None:
    signer = dkim.signer_of(EmailSettings(dkim_key=pem(ED25519), dkim_domain="Mail.example"))
    assert signer is not None
    assert signer.record[0] == "phoenix._domainkey.mail.example"
