"""Identifiers: TypeID 0.3, a prefix for the kind and a UUIDv7 (RFC 9562) in 26 characters of base32.

In the database they are text COLLATE "C", so that they sort there as they do here: by time, then in order of creation.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's, in lower case: no i, l, o, u
_PAIRS = tuple(high + low for high in _ALPHABET for low in _ALPHABET)
_SUFFIX = re.compile(r"[0-7][0-9abcdefghjkmnpqrstvwxyz]{25}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_RANDOM_BITS = 74


class Ids:
    """Creates ids that always increase within this process, whatever the wall clock does.

    `milliseconds` returns Unix time, `random` returns that many random bytes. Safe to call from several threads.
    """

    def __init__(self, milliseconds: Callable[[], int], random: Callable[[int], bytes]) -> None:
        self._milliseconds = milliseconds
        self._random = random
        self._lock = threading.Lock()
        self._last = (-1, 0)
        self._last_dated = (-1, 0)

    def new(self, prefix: str, now: datetime | None = None) -> str:
        """A new id. With `now`, an id of that instant: ids of one instant increase, and `now` does not affect later ids without it."""
        with self._lock:
            if now is None:
                self._last = moment = self._after(self._last, max(self._milliseconds(), self._last[0]))
            else:
                self._last_dated = moment = self._after(self._last_dated, (now - _EPOCH) // _MILLISECOND)
        return f"{prefix}_{_encode(*moment)}"

    def _after(self, last: tuple[int, int], milliseconds: int) -> tuple[int, int]:
        if milliseconds != last[0]:
            # The highest random bit starts at zero: room to count up within the millisecond.
            return milliseconds, int.from_bytes(self._random(10), "big") >> (80 - _RANDOM_BITS + 1)
        counter = last[1] + 1 + int.from_bytes(self._random(4), "big")
        return (milliseconds + 1, 0) if counter >> _RANDOM_BITS else (milliseconds, counter)


def _encode(milliseconds: int, random: int) -> str:
    if not 0 <= milliseconds < 1 << 48:
        raise ValueError("An ID can hold times from 1970 to the year 10889.")
    low = 7 << 76 | (random >> 62) << 64 | 2 << 62 | random & 0x3FFF_FFFF_FFFF_FFFF
    p = _PAIRS
    m = milliseconds
    return (
        p[m >> 40] + p[m >> 30 & 1023] + p[m >> 20 & 1023] + p[m >> 10 & 1023] + p[m & 1023]
        + p[low >> 70] + p[low >> 60 & 1023] + p[low >> 50 & 1023] + p[low >> 40 & 1023]
        + p[low >> 30 & 1023] + p[low >> 20 & 1023] + p[low >> 10 & 1023] + p[low & 1023]
    )  # fmt: skip


_IDS = Ids(lambda: time.time_ns() // 1_000_000, os.urandom)


def new_id(prefix: str, now: datetime | None = None) -> str:
    """A new id such as `acc_01jd…`. `prefix` is by convention three lower-case letters; `now` must be aware."""
    return _IDS.new(prefix, now)


def check_id(text: str, prefix: str) -> bool:
    """Whether the text is a well-formed id of that kind; not whether the record exists."""
    return text.startswith(prefix) and text[len(prefix) : len(prefix) + 1] == "_" and _SUFFIX.fullmatch(text, len(prefix) + 1) is not None
