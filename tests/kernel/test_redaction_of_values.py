"""S11: values are redacted by the name of their key or because they are known to be secret, whatever their type."""

import html
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, quote_plus

import pytest
from msgspec import Struct

from phoenix.kernel.security.redaction import also_remember, is_sensitive, redact, redact_value, remember


@pytest.mark.parametrize(
    "shape",
    [
        "Leila Haddad",
        "leila haddad",
        "LEILA HADDAD!",
        "x=Leila%20Haddad",
        "x=Leila+Haddad",
        "'Leila Haddad'",
    ],
)
def test_known_values_are_redacted_in_every_shape(shape: str) -> None:
    assert "Haddad" in redact("Leila Haddad")
    with remember("Leila Haddad"):
        assert "haddad" not in redact(f"hello {shape}").lower()
    assert "Haddad" in redact("Leila Haddad")


@pytest.mark.parametrize("value", ["Jörg Öß", 'Ann "Bo" O\'Brien', "a<b>&c", "tab\tand\nline", "back\\slash", "ümläut/ß?", "..*[x](y)"])
def test_known_values_are_redacted_in_every_encoding(value: str) -> None:
    forms = [
        value,
        repr(value),
        ascii(value),
        json.dumps(value),
        json.dumps(value, ensure_ascii=False),
        quote(value),
        quote(value, safe=""),
        quote_plus(value),
    ]
    with remember(value):
        for form in [*forms, html.escape(value)]:
            assert redact(f"[{form}]").strip("['\"]") == "redacted", form


def test_remembered_values_nest_can_be_added_and_are_forgotten() -> None:
    also_remember("nobody listens")
    assert redact("nobody listens") == "nobody listens"
    with remember("Leila"):
        with remember("Haddad"):
            assert redact("Leila Haddad") == "[redacted] [redacted]"
        assert redact("Leila Haddad") == "[redacted] Haddad"
        also_remember("Haddad")
        assert redact("Leila Haddad") == "[redacted] [redacted]"
    assert redact("Leila Haddad") == "Leila Haddad"


def test_short_known_values_are_redacted_only_as_whole_words() -> None:
    with remember("Ann", "x", ""):
        assert redact("Ann, planning x") == "[redacted], planning x"


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "newPassword",
        "PASSWORD",
        "X-Api-Key",
        "api_key",
        "access_token",
        "refreshToken",
        "Authorization",
        "Set-Cookie",
        "email",
        "owner_email",
        "ip",
        "clientIp",
        "client_ip",
        "remote_addr",
        "name",
        "displayName",
        "phone",
        "body",
        "csrf",
        "otp",
        "to",
        "secret",
        "DATABASE_DSN",
    ],
)
def test_values_under_secret_keys_are_never_logged(key: str) -> None:
    assert is_sensitive(key)
    assert redact_value({key: "whatever"}) == {key: "[redacted]"}


@pytest.mark.parametrize(
    "key",
    [
        "event",
        "id",
        "job",
        "code",
        "status",
        "route",
        "organisation",
        "tokens",
        "description",
        "zip_count",
        "shipping",
        "filename_count",
        "milliseconds",
    ],
)
def test_values_under_harmless_keys_are_kept(key: str) -> None:
    assert redact_value({key: "whatever"}) == {key: "whatever"}


class Person(Struct):
    id: str
    name: str
    tags: list[str]


@dataclass
class Box:
    person: Person
    secret: str
    count: int


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError("leila@example.com")


def test_values_of_every_type_are_converted_and_redacted() -> None:
    person = Person("acc_1", "Leila", ["leila@example.com", "plain"])
    clean = {"id": "acc_1", "name": "[redacted]", "tags": ["[email]", "plain"]}
    assert redact_value(person) == clean
    assert redact_value(Box(person, "x", 3)) == {"person": clean, "secret": "[redacted]", "count": 3}
    assert redact_value({"leila@example.com": 1}) == {"[email]": 1}
    assert redact_value({"email_verified": True, "token": None}) == {"email_verified": True, "token": None}
    assert redact_value(b"the body") == "[8 bytes]"
    assert redact_value(ValueError("leila@example.com")) == "ValueError: [email]"
    assert redact_value(Broken()) == "<Broken>"
    assert redact_value((1, 2.5, True, None)) == [1, 2.5, True, None]
    assert redact_value(4242424242424242) == "[redacted]"
    assert redact_value({"code": "48291377"}) == {"code": "[redacted]"}
    assert redact_value({"code": "not_found"}) == {"code": "not_found"}
    assert redact_value(datetime(2026, 11, 23, tzinfo=UTC)).startswith("datetime.datetime(2026, 11, 23")
    deep: list[object] = []
    deep.append(deep)
    assert "[…]" in str(redact_value(deep))
