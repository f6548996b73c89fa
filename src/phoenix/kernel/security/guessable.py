"""Passwords that are guessed early: how many bits of choice are in the cheapest way to put one together.

Attackers try words with digits, years, dates, rows of keys, repetitions, and what they know of the person and the service.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from msgspec import Struct

from phoenix.kernel.language import _

# Three unrelated common words are enough, two with some digits are not.
ENOUGH_BITS = 36.0
FEWEST_CHARACTERS = 4
PRODUCT = frozenset({"phoenix", "platform"})

_WORDS = Path(__file__).parent / "words"
_SHORTEST_WORD = 3
_LONGEST_WORD = 32
# What is judged of a long password: more takes time in which nothing else is served, and its beginning or its end is enough.
_JUDGED = 64
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
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
    *("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "1aqw", "2zsx", "1qay", "2wsx", "1aq", "2zs"),
)
_RUNS = frozenset(
    line[start:end]
    for row in _ROWS
    for line in (row, row[::-1])
    for start in range(len(line))
    for end in range(start + _SHORTEST_RUN, len(line) + 1)
)
_REPEATED = re.compile(r"(.+?)\1+", re.DOTALL)
_LEET = str.maketrans("4@310!5$7", "aaeloisst")
_DIGITS, _SIGNS = frozenset(string.digits), frozenset(string.punctuation + " ")
_YEAR = re.compile(r"(?:19|20)\d\d")
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_DATE = re.compile(rf"{_DAY}{_MONTH}(?:(?:19|20)?\d\d)|{_MONTH}{_DAY}(?:(?:19|20)?\d\d)|(?:19|20)\d\d{_MONTH}{_DAY}")
_BITS = {"known": 1.0, "service": 1.0, "again": 1.0, "run": 4.0, "repeated": 3.0, "year": 6.0, "word": 12.0, "date": 14.0}
_DIGIT_BITS, _SIGN_BITS, _OTHER_BITS = 3.3, 5.0, 6.0


class _Way(Struct, frozen=True):
    """The cheapest way found so far to put the beginning of a password together."""

    bits: float = 0.0
    words: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()


def reason(text: str, words: Iterable[str] = ()) -> str:
    """Why a password, in lower case, is guessed early, as a sentence; "" if it is not. `words` are related to the person."""
    if text in common() or text in leaked():
        return _("it's one of the most common ones.")
    if len(set(text)) < FEWEST_CHARACTERS:
        return _("it repeats a few characters.")
    known = {part for word in words for part in re.split(r"[\W_]+", word.casefold()) if len(part) >= _SHORTEST_WORD}
    # Also as one word: “mot de passe” is one.
    for form in dict.fromkeys((text, re.sub(r"[\s._-]+", "", text))):
        repeated = _REPEATED.fullmatch(form)
        judged = repeated[1] if repeated else form
        way = max((_cheapest(part, known) for part in {judged[:_JUDGED], judged[-_JUDGED:]}), key=lambda way: way.bits)
        if way.bits < ENOUGH_BITS:
            return _why(way.kinds)
    return ""


def _why(kinds: frozenset[str]) -> str:
    if "known" in kinds:
        return _("it's made of your name or email address.")
    if "service" in kinds:
        return _("it's made of the name of this service.")
    if "word" in kinds:
        return _("it's made of common words and numbers.")
    return _("it consists of keyboard rows, dates or repetitions.")


@cache
def common() -> frozenset[str]:
    """Passwords and words that a longer password is not much better for having in it."""
    return _listed("common-passwords.txt") | _listed("well-known-words.txt")


@cache
def leaked() -> frozenset[str]:
    """Complete passwords, not words that are combined into others."""
    return _listed("leaked-passwords.txt")


def _listed(name: str) -> frozenset[str]:
    return frozenset(line.casefold() for line in (_WORDS / name).read_text(encoding="utf-8").splitlines() if not line.startswith("# "))


def _cheapest(text: str, known: set[str]) -> _Way:
    plain = text.translate(_LEET)
    ways: list[_Way | None] = [_Way(), *[None] * len(text)]
    for start in range(len(text)):
        before = ways[start]
        if before is None:
            continue
        _offer(ways, start + 1, _with(before, _letter_bits(text[start]), ""))
        for end in range(start + 2, min(len(text), start + _LONGEST_WORD) + 1):
            for piece in {text[start:end], plain[start:end]}:
                kind = _word(piece, text[start:end], known)
                if kind in {"word", "known", "service"}:
                    again = piece in before.words
                    _offer(ways, end, _with(before, _BITS["again" if again else kind], kind, piece))
                elif kind:
                    _offer(ways, end, _with(before, _BITS[kind], kind))
    return ways[-1] or _Way()


def _with(before: _Way, bits: float, kind: str, word: str = "") -> _Way:
    return _Way(before.bits + bits, before.words | {word} if word else before.words, before.kinds | {kind} if kind else before.kinds)


def _offer(ways: list[_Way | None], end: int, way: _Way) -> None:
    there = ways[end]
    if there is None or way.bits < there.bits:
        ways[end] = way


def _word(piece: str, written: str, known: set[str]) -> str:
    """What kind of thing a piece is that is guessed as a whole; "" for none."""
    if len(piece) >= _SHORTEST_WORD:
        if piece in known:
            return "known"
        if piece in PRODUCT:
            return "service"
        if len(set(written)) == 1:
            return "repeated"
        if written in _RUNS:
            return "run"
        if _YEAR.fullmatch(written):
            return "year"
        if piece in common() or piece[::-1] in common():
            return "word"
        if _DATE.fullmatch(written):
            return "date"
    return ""


def _letter_bits(letter: str) -> float:
    return _DIGIT_BITS if letter in _DIGITS else _SIGN_BITS if letter in _SIGNS else _OTHER_BITS
