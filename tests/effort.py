"""Measures cost as work and not in milliseconds, so that no test fails on a busy machine."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import argon2.low_level
import pytest

from phoenix.kernel.security import passwords

# Work that grows with the square of a hostile text takes minutes of processor time; linear work takes a fraction of a second.
HOSTILE_CPU_SECONDS = 5.0


@contextlib.contextmanager
def little_work() -> Iterator[None]:
    """The block must not spend seconds of processor time in this process. For code that has no calls to count, such as patterns."""
    begun = time.process_time()
    yield
    assert time.process_time() - begun < HOSTILE_CPU_SECONDS, "this takes far too much work for its input"


class Hashing:
    """Counts Argon2 computations, with the parameters of each."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        real, raw = passwords._HASHER, argon2.low_level.hash_secret_raw
        counted = self

        class Counting:
            check_needs_rehash = staticmethod(real.check_needs_rehash)

            def hash(self, data: bytes) -> str:
                made = real.hash(data)
                counted.done.append(_figures(made))
                return made

            def verify(self, stored: str, data: bytes) -> bool:
                counted.done.append(_figures(stored))
                return real.verify(stored, data)

        def counting_raw(*args: object, **options: object) -> bytes:
            counted.done.append("raw")
            return raw(*args, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(passwords, "_HASHER", Counting())
        monkeypatch.setattr(passwords, "hash_secret_raw", counting_raw)

    def take(self) -> list[str]:
        """The computations since the last call."""
        done, self.done = self.done, []
        return done


def _figures(stored: str) -> str:
    """The part of a hash that says how much work it is: `$argon2id$v=19$m=19456,t=2,p=1`."""
    return stored.rpartition("$")[0].rpartition("$")[0]
