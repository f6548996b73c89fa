import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.effort import little_work

from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.i18n.addresses import Address, parse_address

LABEL = "a" * 63

TAKEN = [
    # written, display, key
    ("leila@example.com", "leila@example.com", "leila@example.com"),
    ("  leila@example.com\n", "leila@example.com", "leila@example.com"),
    ("Leila.Haddad@Example.COM", "Leila.Haddad@example.com", "leila.haddad@example.com"),
    ("leila+phoenix@example.com", "leila+phoenix@example.com", "leila+phoenix@example.com"),
    ("o'brien@example.ie", "o'brien@example.ie", "o'brien@example.ie"),
    ("a@b.co", "a@b.co", "a@b.co"),
    ("first.middle.last@sub.sub.example.co.uk", "first.middle.last@sub.sub.example.co.uk", "first.middle.last@sub.sub.example.co.uk"),
    ("!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~@example.org"),
    ("1234567890@example.com", "1234567890@example.com", "1234567890@example.com"),
    ("_______@example.com", "_______@example.com", "_______@example.com"),
    ('"john"@example.com', "john@example.com", "john@example.com"),
    ('"John Smith"@example.com', '"John Smith"@example.com', '"john smith"@example.com'),
    ('"john@home"@example.com', '"john@home"@example.com', '"john@home"@example.com'),
    ('"a\\"b"@example.com', '"a\\"b"@example.com', '"a\\"b"@example.com'),
    ('"john..smith"@example.com', '"john..smith"@example.com', '"john..smith"@example.com'),
    (f"leila@{LABEL}.com", f"leila@{LABEL}.com", f"leila@{LABEL}.com"),
    (f"{'l' * 64}@example.com", f"{'l' * 64}@example.com", f"{'l' * 64}@example.com"),
    ("leila@münchen.de", "leila@münchen.de", "leila@xn--mnchen-3ya.de"),
    ("leila@XN--MNCHEN-3YA.de", "leila@münchen.de", "leila@xn--mnchen-3ya.de"),
    ("leila@MÜNCHEN.de", "leila@münchen.de", "leila@xn--mnchen-3ya.de"),
    ("leila@faß.de", "leila@faß.de", "leila@xn--fa-hia.de"),
    ("leila@例え.jp", "leila@例え.jp", "leila@xn--r8jz45g.jp"),
    ("用户@例え.jp", "用户@例え.jp", "用户@xn--r8jz45g.jp"),
    ("Jörg@example.de", "Jörg@example.de", "jörg@example.de"),
    ("jo\u0308rg@example.de", "jörg@example.de", "jörg@example.de"),
    ("JÖRG@example.de", "JÖRG@example.de", "jörg@example.de"),
    ("почта@пример.рф", "почта@пример.рф", "почта@xn--e1afmkfd.xn--p1ai"),
    ("ada@phoenix.test", "ada@phoenix.test", "ada@phoenix.test"),
    ("ada@example.org", "ada@example.org", "ada@example.org"),
    ("x@x.museum", "x@x.museum", "x@x.museum"),
]


@pytest.mark.parametrize(("written", "display", "key"), TAKEN)
def test_a_valid_address_is_accepted(written: str, display: str, key: str) -> None:
    address = parse_address(written)
    assert (address.display, address.key) == (display, key)


@pytest.mark.parametrize(("written", "display", "key"), TAKEN)
def test_every_form_of_an_address_is_the_same_address(written: str, display: str, key: str) -> None:
    first = parse_address(written)
    assert parse_address(first.display) == first
    assert parse_address(first.key).key == first.key
    assert parse_address(first.envelope).key == first.key
    assert len(key.encode()) <= 254
    assert display == unicodedata.normalize("NFC", display)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.b@example.com", "ab@example.com"),
        ("a+b@example.com", "a@example.com"),
        ("straße@example.de", "strasse@example.de"),
        ("ı@example.com", "i@example.com"),
        ("ſ@example.com", "s@example.com"),
        ("a@faß.de", "a@fass.de"),
        ("jörg@example.de", "jorg@example.de"),
        ("ａ@example.com", "a@example.com"),
        ("а@example.com", "a@example.com"),  # Cyrillic and Latin
        ('"a b"@example.com', '"a  b"@example.com'),
        ("ﬁ@example.com", "fi@example.com"),
        ("a@example.com", "a@example.org"),
        ("a-b@example.com", "a_b@example.com"),
    ],
)
def test_addresses_of_different_people_never_match(one: str, other: str) -> None:
    assert parse_address(one).key != parse_address(other).key


def test_the_envelope_keeps_the_case_and_a_domain_needs_no_smtputf8() -> None:
    assert parse_address("Leila@münchen.de") == Address("Leila@münchen.de", "leila@xn--mnchen-3ya.de", "Leila@xn--mnchen-3ya.de")
    assert not parse_address("Leila@münchen.de").needs_smtputf8
    assert parse_address("Jörg@example.de").needs_smtputf8


REFUSED = [
    ("", "missing"),
    ("   ", "missing"),
    ("leila", "no_at"),
    ("leila.example.com", "no_at"),
    ("leila＠example.com", "no_at"),
    ("leila@", "no_domain"),
    ("@example.com", "no_local"),
    ("@", "no_domain"),
    ("leila@example", "no_ending"),
    ("leila@localhost", "no_ending"),
    ("leila@printer.local", "not_public"),
    ("leila@home.arpa", "not_public"),
    ("leila@x.invalid", "not_public"),
    ("leila@example..com", "invalid_domain"),
    ("leila@.example.com", "invalid_domain"),
    ("leila@example.com.", "invalid_domain"),
    ("leila@-example.com", "invalid_domain"),
    ("leila@exa_mple.com", "invalid_domain"),
    ("leila@example.123", "not_public"),
    ("leila@127.0.0.1", "not_public"),
    ("leila@[127.0.0.1]", "invalid_domain"),
    ("leila@[IPv6:::1]", "invalid_domain"),
    ("leila@xn--zzzzzzz--.de", "invalid_domain"),
    (f"leila@{LABEL}a.com", "invalid_domain"),
    ("leila haddad@example.com", "spaces"),
    ("leila @example.com", "spaces"),
    ("leila@ example.com", "spaces"),
    ("leila@exam ple.com", "spaces"),
    ("leila@home@example.com", "two_ats"),
    ("a@example.com,b@example.com", "two_ats"),
    ("leila..haddad@example.com", "invalid_local"),
    (".leila@example.com", "invalid_local"),
    ("leila.@example.com", "invalid_local"),
    ('"leila@example.com', "invalid_local"),
    ('lei"la@example.com', "invalid_local"),
    ("leila\u200b@example.com", "invalid_local"),
    ("leila\u202e@example.com", "invalid_local"),
    ("leila\0@example.com", "invalid_local"),
    ('"a\r\nBcc: x@y.com"@example.com', "invalid_local"),
    ("leila\r\nBcc:x@example.com", "spaces"),
    ("\ud800@example.com", "invalid_local"),
    ("(comment)leila@example.com", "invalid_local"),
    ("Leila <leila@example.com>", "with_name"),
    ("<leila@example.com>", "with_name"),
    (f"{'l' * 65}@example.com", "too_long"),
    (f"{'é' * 33}@example.com", "too_long"),
    (f'"{"q " * 32}"@example.com', "too_long"),
    (f"é{'l' * 62}@{'ü' * 40}.{'ü' * 40}.{LABEL}.{'d' * 60}.com", "too_long"),
    (f"{'l' * 60}@{'.'.join([LABEL] * 3)}.com", "too_long"),
    (f"leila@{'.'.join([LABEL] * 4)}.com", "too_long"),
    ("l" * 1_000_000 + "@example.com", "too_long"),
    (f"{'é' * 10}@{'.'.join(['ü'] * 29)}.com", "too_long"),
    (f"{'u' * 20}@{'.'.join(['ü'] * 29)}.com", "too_long"),
    ("@" * 600, "too_long"),
]


@pytest.mark.parametrize(("written", "code"), REFUSED)
def test_an_error_says_how_to_fix_it(written: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_address(written)
    (error,) = refused.value.errors
    assert (error.field, error.code) == ("email", code)
    assert error.detail.endswith(".")
    assert error.detail == refused.value.detail


def test_the_error_for_a_missing_domain_says_what_to_enter() -> None:
    with pytest.raises(InvalidInput, match=r"The part after @ is missing\. Enter an address such as name@example\.com\."):
        parse_address("leila@")


@given(st.text(max_size=80) | st.text(alphabet='ab@."\\<> é', max_size=30))
def test_any_text_is_either_an_address_or_refused(text: str) -> None:
    try:
        address = parse_address(text)
    except InvalidInput:
        return
    assert parse_address(address.display) == address
    assert "\n" not in address.envelope
    assert "\r" not in address.envelope


@given(
    st.text(alphabet=string.ascii_letters + string.digits + "+-_'", min_size=1, max_size=30), st.sampled_from(["example.com", "münchen.de"])
)
def test_the_account_is_found_by_its_address_in_another_capitalisation(local: str, domain: str) -> None:
    key = parse_address(f"{local}@{domain}").key
    assert {parse_address(f"{form(local)}@{form(domain)}").key for form in (str.upper, str.lower, str.swapcase)} == {key}


def test_hostile_text_is_refused_with_little_work() -> None:
    with little_work():
        for text in ['"' * 500, "a\u0338" * 250 + "@example.com", "a." * 250 + "@example.com", "a@" + "é." * 250, "@" * 500]:
            with pytest.raises(InvalidInput):
                parse_address(text)


def test_the_length_of_an_address_is_measured_as_it_is_sent() -> None:
    """Letters of another script take two octets each as they are sent."""
    domain = ".".join(["d" * 63, "d" * 63, "d" * 63, "com"])
    assert parse_address(f"{'u' * 32}@{domain}").envelope.endswith(".com")
    with pytest.raises(InvalidInput) as refused:
        parse_address(f"{chr(252) * 32}@{domain}")
    assert [error.code for error in refused.value.errors] == ["too_long"]
