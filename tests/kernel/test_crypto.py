from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix.kernel.security.crypto import Keys, hash_token, hkdf_expand, hkdf_extract, new_code, new_token, same

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
KEYS = Keys("a master secret of the test, 32+ characters", "test")


def test_hkdf_matches_the_examples_of_rfc_5869() -> None:
    prk = hkdf_extract(bytes(range(13)), b"\x0b" * 22)
    assert prk.hex() == "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"
    okm = hkdf_expand(prk, bytes(range(0xF0, 0xFA)), 42)
    assert okm.hex() == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"


def test_keys_differ_by_purpose_environment_and_secret() -> None:
    keys = {
        KEYS.key("a"),
        KEYS.key("b"),
        Keys("a master secret of the test, 32+ characters", "production").key("a"),
        Keys("another master secret of the test, 32+ chars", "test").key("a"),
    }
    assert len(keys) == 4
    assert KEYS.key("a") == Keys("a master secret of the test, 32+ characters", "test").key("a")
    assert all(len(key) == 32 for key in keys)


def test_environment_and_purpose_cannot_be_confused() -> None:
    assert Keys("m" * 32, "test").key("a\0b") != Keys("m" * 32, "tes").key("t\0a\0b")


def test_an_empty_secret_is_refused_and_a_secret_is_never_shown() -> None:
    with pytest.raises(ValueError, match="empty"):
        Keys("", "test")
    assert "master" not in repr(KEYS) + repr(vars(KEYS))


@given(st.text(max_size=200))
def test_signed_text_is_verified(payload: str) -> None:
    signed = KEYS.sign("reset", payload)
    assert KEYS.verify("reset", signed, now=NOW) == payload
    assert all(letter.isalnum() or letter in "-_" for letter in signed)


@given(st.text(max_size=40), st.data())
def test_a_changed_character_is_detected(payload: str, data: st.DataObject) -> None:
    signed = KEYS.sign("reset", payload)
    place = data.draw(st.integers(0, len(signed) - 1))
    letter = data.draw(
        st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_").filter(lambda other: other != signed[place])
    )
    assert KEYS.verify("reset", signed[:place] + letter + signed[place + 1 :], now=NOW) is None


@given(st.text(max_size=120))
def test_unsigned_text_is_refused(text: str) -> None:
    assert KEYS.verify("reset", text, now=NOW) is None


def test_a_signature_is_valid_only_for_its_purpose_environment_and_time() -> None:
    signed = KEYS.sign("reset", "acc_1", expires=NOW + timedelta(minutes=10))
    assert KEYS.verify("reset", signed, now=NOW) == "acc_1"
    assert KEYS.verify("reset", signed, now=NOW + timedelta(minutes=10, seconds=-1)) == "acc_1"
    assert KEYS.verify("reset", signed, now=NOW + timedelta(minutes=10)) is None
    assert KEYS.verify("verify", signed, now=NOW) is None
    assert Keys("a master secret of the test, 32+ characters", "production").verify("reset", signed, now=NOW) is None
    assert KEYS.verify("reset", KEYS.sign("reset", "x", expires=datetime(1970, 1, 1, tzinfo=UTC)), now=NOW) is None


def test_parts_of_a_mac_are_separated_unambiguously() -> None:
    assert KEYS.mac("code", "12", "3") != KEYS.mac("code", "1", "23") != KEYS.mac("code", "123")


def test_a_pseudonym_is_stable_for_an_address_and_does_not_reveal_it() -> None:
    name = KEYS.pseudonym("leila@example.com")
    assert name == KEYS.pseudonym("leila@example.com")
    assert name != KEYS.pseudonym("leila@example.org")
    assert name != Keys("a master secret of the test, 32+ characters", "production").pseudonym("leila@example.com")
    assert len(name) == 15
    assert "leila" not in name


def test_tokens_and_codes_have_their_format() -> None:
    assert len(new_token()) == 43
    assert len({new_token() for _ in range(100)}) == 100
    assert new_token(3, random=lambda n: b"\xff" * n) == "____"
    assert len(hash_token("x")) == 32
    assert new_code(below=lambda _: 7) == "00000007"
    assert all(len(code) == 8 and code.isdecimal() for code in (new_code() for _ in range(100)))


def test_same_compares_text_and_bytes() -> None:
    assert same("ä", "ä".encode())
    assert not same("a", "b")
