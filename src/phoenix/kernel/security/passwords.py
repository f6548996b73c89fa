"""Passwords: Argon2id with OWASP's parameters, off the event loop, and the refusal of easily guessed ones.

ASVS 5.0, 6.2: 12 characters or more, any Unicode, no composition rules, and lists of the most common and of leaked ones.
"""

from __future__ import annotations

import asyncio
import os
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.low_level import hash_secret_raw

from phoenix.kernel.errors import FieldError, InvalidInput, Unavailable
from phoenix.kernel.language import _
from phoenix.kernel.one_connection import check_cost
from phoenix.kernel.security import guessable

T = TypeVar("T")

SHORTEST = 12
LONGEST = 256
WAITING = 64

_FIGURES = _TIME, _MEMORY, _LANES, _LENGTH = 2, 19 * 1024, 1, 32
_HASHER = PasswordHasher(time_cost=_TIME, memory_cost=_MEMORY, parallelism=_LANES, hash_len=_LENGTH, salt_len=16, type=Type.ID)
# A hash that belongs to no account: verifying against it takes as long as against a real one.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$" + "A" * 22 + "$" + "A" * 43


class Passwords:
    """Hashes and verifies in its own threads, with at most `waiting` calls queued. Argon2 releases the interpreter lock.

    Every method can raise Unavailable when the queue is full, so a flood of sign-ins slows down only sign-ins.
    """

    def __init__(self, *, threads: int | None = None, waiting: int = WAITING) -> None:
        count = threads or max(1, (os.cpu_count() or 1) - 1)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="passwords")
        self._free = count + waiting

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
        if self._free <= 0:
            raise Unavailable(_("Too many people are signing in right now. Try again in a moment."), retry_after=2)
        self._free -= 1
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
        self._free += 1


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
    if why := guessable.reason(text.casefold(), words):
        raise _problem("too_common", _("This password is too easy to guess: {why} Use a few unrelated words.").format(why=why))


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
