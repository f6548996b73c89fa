import asyncio
import threading
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from tests.effort import Hashing
from tests.waiting import until

from phoenix.kernel.errors import InvalidInput, Unavailable
from phoenix.kernel.security import guessable
from phoenix.kernel.security import passwords as passwords_module
from phoenix.kernel.security.guessable import common
from phoenix.kernel.security.passwords import _NOBODY, Passwords, check_strength

GOOD = "plum anvil tuesday"


@pytest.fixture(scope="module")
def passwords() -> Iterator[Passwords]:
    made = Passwords(threads=1)
    yield made
    made.close()


def problem(password: str, *words: str) -> str | None:
    try:
        check_strength(password, words=words)
    except InvalidInput as refused:
        (error,) = refused.errors
        return error.code if error.field == "password" and error.detail.endswith(".") else "malformed"
    return None


def test_only_the_same_password_is_verified(passwords: Passwords) -> None:
    async def scenario() -> None:
        stored = await passwords.hash(GOOD)
        assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert await passwords.verify(stored, GOOD)
        assert not await passwords.verify(stored, GOOD.upper())
        assert not await passwords.verify(stored, "")
        assert stored != await passwords.hash(GOOD)
        assert not passwords.needs_rehash(stored)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "password",
    ["crème brûlée sûr", "пароль из слов", "密码密码密码密码密码密码", "🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧", "nul\0inside the word", "x" * 255 + "é"],
)
def test_a_password_in_either_unicode_normal_form_is_accepted(passwords: Passwords, password: str) -> None:
    async def scenario() -> None:
        stored = await passwords.hash(unicodedata.normalize("NFD", password))
        assert await passwords.verify(stored, unicodedata.normalize("NFC", password))
        assert not await passwords.verify(stored, password[:-1])

    asyncio.run(scenario())


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$v=19$m=19456,t=2,p=1$broken", "$2b$12$abcdefghijklmnopqrstuv"])
def test_an_unreadable_hash_matches_no_password(passwords: Passwords, stored: str) -> None:
    assert not asyncio.run(passwords.verify(stored, GOOD))
    assert passwords.needs_rehash(stored)


def test_weaker_hashes_need_rehashing(passwords: Passwords) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(GOOD)
    assert asyncio.run(passwords.verify(weak, GOOD))
    assert passwords.needs_rehash(weak)


@pytest.mark.parametrize("password", ["x" * 257, "x" * 10_000_000, "\ud800" * 12])
def test_an_impossible_password_is_never_hashed(passwords: Passwords, password: str) -> None:
    async def scenario() -> None:
        with pytest.raises(InvalidInput):
            await passwords.hash(password)
        assert not await passwords.verify(_NOBODY, password)

    asyncio.run(scenario())


def test_verifying_for_an_unknown_account_fails_with_the_same_work(passwords: Passwords, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        stored = await passwords.hash("another password altogether")
        hashing = Hashing(monkeypatch)
        assert not await passwords.verify(_NOBODY, "")
        hashing.take()
        await passwords.verify(stored, GOOD)
        verified = hashing.take()
        await passwords.burn()
        assert hashing.take() == verified == ["$argon2id$v=19$m=19456,t=2,p=1"]

    asyncio.run(scenario())


def test_the_event_loop_runs_while_a_password_is_hashed(passwords: Passwords, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hash finishes only when the event loop releases it, which a blocked loop never does."""
    let_go = threading.Event()

    class Slow:
        def hash(self, data: bytes) -> str:
            return "hashed" if let_go.wait(10) else "the loop stood still"

    monkeypatch.setattr(passwords_module, "_HASHER", Slow())

    async def scenario() -> str:
        work = asyncio.create_task(passwords.hash(GOOD))
        await asyncio.sleep(0)
        let_go.set()
        return await work

    assert asyncio.run(scenario()) == "hashed"


def test_the_queue_is_limited_and_empties_even_if_callers_disconnect() -> None:
    async def scenario() -> None:
        line = Passwords(threads=1, waiting=2)
        tasks = [asyncio.create_task(line.burn()) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await line.hash(GOOD)
        for task in tasks:
            task.cancel()
        with pytest.raises(Unavailable):
            await line.burn()
        await until(lambda: line._free == 3)
        await line.burn()
        line.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "password",
    [
        "motherfucker",
        "Administrator",
        "1qaz2wsx3edc",
        "password1234",
        "Password2026!",
        "p@ssw0rd12345",
        "PASSWORD!!!!!!",
        "passwordpassword",
        "dragondragondragon",
        "qwertyuiop123",
        "asdfghjkl123456",
        "123456789012",
        "9876543210987",
        "aaaaaaaaaaaaaa",
        "abababababab",
        "abcabcabcabc",
        "abcdefghijkl",
        "!!!!!!!!!!!!!!!",
        "            ",
        "letmein20242025",
        "phoenix12345",
        "Phoenix-Platform-2026",
        "2024-2025-2026",
        "!@#$%^&*()_+",
        "dragon-42-dragon",
        "facebook1234",
        "Facebook4711!",
        "helloworld12",
        "hello world 12",
        "motdepasse12",
        "Mot de passe 12",
        "Passwort2026!",
        "contraseña123",
        "wachtwoord!!1",
        "Sommer24121990",
        "liverpool19921",
        "sunshinelove1",
        "drowssap12345",
        "1qaz2wsx3EDC4",
        "qweasdzxc1234",
        "zaq12wsxcde34",
        "kiwokiwokiwo",
        "пароль123456",
        "24.12.1990-2000",
        "phoenix-admin-1",
    ],
)
def test_the_most_common_passwords_are_refused(password: str) -> None:
    assert problem(password) == "too_common"


@pytest.mark.parametrize("password", ["leila.haddad", "LeilaHaddad2026", "leila@example.com", "haddad-haddad!", "Ember Works 123"])
def test_passwords_similar_to_personal_data_are_refused(password: str) -> None:
    assert problem(password, "leila.haddad@example.com", "Leila Haddad", "Ember Works") == "too_common"


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct horse battery staple",
        "correcthorsebatterystaple",
        "tr0ub4dor&3xq",
        "kV9#mQ2$xL7p",
        "83910275638104",
        "leila likes plums",
        "пароль из слов",
        "密码密码我的很长的一句话",
        "dragon under the table",
        "x" * 200 + "yzw plum anvil",
        "p" * 64 + " is a long one",
        "🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧",
        ")~{;|>'?=<`[",
        "aé" * 6 + "öß",
    ],
)
def test_other_passwords_are_accepted_without_composition_rules(password: str) -> None:
    assert problem(password, "leila@example.com") is None


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "too_short"),
        ("plum anvil", "too_short"),
        ("é" * 11, "too_short"),
        ("e\u0301" * 11, "too_short"),
        ("ab" * 129, "too_long"),
        ("x" * 10_000_000, "too_long"),
        ("plum anvil \ud800", "not_text"),
    ],
)
def test_length_is_counted_in_characters(password: str, code: str) -> None:
    assert problem(password) == code


def test_256_characters_are_accepted() -> None:
    assert problem("plum anvil tuesday " + "q7" * 118 + "x") is None


@given(st.text(min_size=0, max_size=300), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_can_be_checked_as_a_password(password: str, words: list[str]) -> None:
    problem(password, *words)


def test_checking_the_longest_password_takes_linear_work(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = 0
    real = guessable._word

    def counting(*args: Any) -> str:
        nonlocal looked_at
        looked_at += 1
        return real(*args)

    monkeypatch.setattr(guessable, "_word", counting)
    problem("password" * 32, "password")
    # Pieces of up to 64 letters from each position, each as written and with its digits read as letters.
    assert 0 < looked_at <= 256 * 64 * 2


def test_the_list_of_common_passwords_is_complete() -> None:
    assert len(common()) > 5000
    assert {"password", "motherfucker"} <= common()
    assert all(word == word.strip().lower() for word in common())
