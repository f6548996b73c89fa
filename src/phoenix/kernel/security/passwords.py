"""Passwords: Argon2id with OWASP's parameters, off the event loop, and the refusal of easily guessed ones.

ASVS 5.0, 6.2: 12 characters or more, any Unicode, no composition rules, and lists of the most common and of leaked ones.
"""

from __future__ import annotations

import asyncio
import os
import re
import string
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.low_level import hash_secret_raw

from phoenix.kernel.errors import FieldError, InvalidInput, Unavailable
from phoenix.kernel.i18n.text import _
from phoenix.kernel.one_connection import check_cost

T = TypeVar("T")

SHORTEST = 12
LONGEST = 256
WAITING = 64

_WORDS = Path(__file__).parent / "words"
_FIGURES = _TIME, _MEMORY, _LANES, _LENGTH = 2, 19 * 1024, 1, 32
_HASHER = PasswordHasher(time_cost=_TIME, memory_cost=_MEMORY, parallelism=_LANES, hash_len=_LENGTH, salt_len=16, type=Type.ID)
# A hash that belongs to no account: verifying against it takes as long as against a real one.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$" + "A" * 22 + "$" + "A" * 43


class Passwords:
    """Hashes and verifies in threads of its own, with at most `waiting` calls queued. Argon2 releases the interpreter lock.

    Every method can raise Unavailable when the queue is full, so a flood of sign-ins slows down only sign-ins.
    """

    def __init__(self, *, threads: int | None = None, waiting: int = WAITING) -> None:
        count = threads or max(1, (os.cpu_count() or 1) - 1)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="passwords")
        self._room = count + waiting

    async def hash(self, password: str) -> str:
        """The hash to store, in PHC format. Raises InvalidInput for a password longer than 256 characters."""
        data = _as_bytes(password)
        if data is None:
            raise _problem("too_long", _("The password is too long. Use at most %(longest)d characters.") % {"longest": LONGEST})
        return await self._run(lambda: _HASHER.hash(data))

    async def verify(self, stored: str, password: str) -> bool:
        """Whether the password belongs to that hash. An unreadable hash matches no password, in the same time."""
        data = _as_bytes(password)
        return await self._run(lambda: _matches(_NOBODY if data is None else stored, data or b"") and data is not None)

    async def stretch(self, secret: str, salt: bytes) -> bytes:
        """The raw Argon2id hash, for secrets that are shorter than a token and are looked up by their hash."""
        return await self._run(lambda: hash_secret_raw(secret.encode(), salt, *_FIGURES, Type.ID))

    async def burn(self) -> None:
        """Take as long as `verify` if there is no account, so that the response time does not reveal it."""
        await self._run(lambda: _matches(_NOBODY, b""))

    def needs_rehash(self, stored: str) -> bool:
        """Whether the hash was made with other parameters than today's. Rehash after a successful `verify`."""
        try:
            return _HASHER.check_needs_rehash(stored)
        except InvalidHashError:
            return True

    def close(self) -> None:
        """Wait for running hashes, and drop queued ones."""
        self._threads.shutdown(cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        check_cost()
        if self._room <= 0:
            raise Unavailable(_("Too many people are signing in right now. Try again in a moment."), retry_after=2)
        self._room -= 1
        loop = asyncio.get_running_loop()
        future = self._threads.submit(work)

        # Counted when the thread is done, not the caller: work continues after a caller disconnects.
        def done(_future: Future[T]) -> None:
            try:
                loop.call_soon_threadsafe(self._leave)
            except RuntimeError:  # the loop is closed; nobody counts any more
                return

        future.add_done_callback(done)
        return await asyncio.wrap_future(future)

    def _leave(self) -> None:
        self._room += 1


def check_strength(password: str, *, words: Iterable[str] = ()) -> None:
    """Refuse a password that is too short, too long, or easily guessed.

    `words` are related to the person: the email address, the name. Raises InvalidInput on the field `password`.
    """
    if len(password) > LONGEST * 4:
        raise _problem("too_long", _("The password is too long. Use at most %(longest)d characters.") % {"longest": LONGEST})
    text = unicodedata.normalize("NFC", password)
    if len(text) < SHORTEST:
        raise _problem(
            "too_short",
            _("The password is too short. Use at least %(shortest)d characters. A few words work well.") % {"shortest": SHORTEST},
        )
    if len(text) > LONGEST:
        raise _problem("too_long", _("The password is too long. Use at most %(longest)d characters.") % {"longest": LONGEST})
    if any(unicodedata.category(letter) == "Cs" for letter in text):
        raise _problem("not_text", _("The password contains characters that can't be used. Enter it again."))
    near = {part for word in words for part in re.split(r"[\W_]+", word.casefold()) if len(part) >= _SHORTEST_WORD}
    if _guessed_early(text.casefold(), near | _PRODUCT):
        raise _problem("too_common", _("This password is too easy to guess. Use a few unrelated words."))


_PRODUCT = frozenset({"phoenix", "platform"})
_SHORTEST_WORD = 3
_LONGEST_WORD = 64
_SHORTEST_RUN = 3
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "!@#$%^&*()_+",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
)
_RUNS = _ROWS + tuple(row[::-1] for row in _ROWS)
_LEET = str.maketrans("4@310!5$7", "aaeloisst")
_DIGITS = frozenset(string.digits)
_SIGNS = frozenset(string.punctuation + " ")
_YEAR = re.compile(r"(?:19|20)\d\d")


@cache
def _common() -> frozenset[str]:
    return _listed("common-passwords.txt")


@cache
def _leaked() -> frozenset[str]:
    """Complete passwords, not words that are combined into others."""
    return _listed("leaked-passwords.txt")


def _listed(name: str) -> frozenset[str]:
    return frozenset(line for line in (_WORDS / name).read_text(encoding="ascii").splitlines() if not line.startswith("# "))


def _guessed_early(text: str, near: frozenset[str] | set[str]) -> bool:
    """Whether it consists of words related to the person, sequences, years and repetitions, and at most one common word.

    Two different common words pass: passphrases are made of them.
    """
    if text in _common() or text in _leaked() or len(set(text)) < SHORTEST // 3:
        return True
    plain = text.translate(_LEET)
    # The smallest set of different common words that can make up the first n letters; None if none can.
    fewest: list[frozenset[str] | None] = [frozenset(), *[None] * len(text)]
    for start in range(len(text)):
        used = fewest[start]
        if used is None:
            continue
        for end in range(start + 1, min(len(text), start + _LONGEST_WORD) + 1):
            for piece in {text[start:end], plain[start:end]}:
                word = _word(piece, text, start, end, near)
                if word is None:
                    continue
                now = used | {word} if word else used
                known = fewest[end]
                if len(now) <= 1 and (known is None or len(now) < len(known)):
                    fewest[end] = now
    return fewest[-1] is not None


def _word(piece: str, text: str, start: int, end: int, near: frozenset[str] | set[str]) -> str | None:
    """What a piece adds: itself for a common word, "" for something trivial to guess, None for anything else."""
    written = text[start:end]
    if piece in near or _YEAR.fullmatch(written):
        return ""
    if len(written) >= _SHORTEST_RUN and (any(written in run for run in _RUNS) or len(set(written)) == 1):
        return ""
    if len(written) <= _SHORTEST_RUN and any(_stands_alone(kind, text, start, end) for kind in (_DIGITS, _SIGNS)):
        return ""
    return piece if piece in _common() else None


def _stands_alone(kind: frozenset[str], text: str, start: int, end: int) -> bool:
    """Whether the piece is entirely of that kind and not next to more of it: “!” and “42”, not part of a long number."""
    return kind.issuperset(text[start:end]) and text[start - 1 : start] not in kind and text[end : end + 1] not in kind


def _matches(stored: str, data: bytes) -> bool:
    # An account without a password must take as long as any other.
    is_hash = stored.startswith("$argon2")
    try:
        _HASHER.verify(stored if is_hash else _NOBODY, data)
    except (Argon2Error, InvalidHashError):
        return False
    return is_hash


def _as_bytes(password: str) -> bytes | None:
    """The bytes that are hashed: NFC, so that é typed with one key or two is the same; None if it cannot be a password."""
    if len(password) > LONGEST * 4:
        return None
    text = unicodedata.normalize("NFC", password)
    try:
        return None if len(text) > LONGEST else text.encode()
    except UnicodeEncodeError:
        return None


def _problem(code: str, sentence: str) -> InvalidInput:
    return InvalidInput(sentence, errors=(FieldError("password", code, sentence),))
