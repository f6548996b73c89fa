"""Two versions of a text beside each other, with the words that differ marked.

Comparing takes up to the square of the length, so it is bounded: where words are too many, lines are compared, and where those are too
many as well, the texts are shown whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal

from markupsafe import Markup, escape
from msgspec import Struct

from phoenix.kernel.language import _

# The product of the lengths of what is compared, for all of one comparison: tens of milliseconds at the worst.
MOST_STEPS = 250_000
# Each by itself: punctuation, and characters of scripts without spaces.
_SINGLE = r"!-/:-@\[-`{-~\u00a1-\u00bf\u2010-\u205e\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff0f"
# A line break, spaces, one of those, or a word.
_TOKENS = re.compile(rf"\n|[^\S\n]+|[{_SINGLE}]|[^\s{_SINGLE}]+")

Side = Literal["", "left", "right"]


class Part(Struct, frozen=True):
    """A piece of text that both versions have, or only one of them."""

    side: Side
    text: str


class Comparison:
    """Two versions of a text. `left` and `right` are each as markup with marks on what the other does not have; `both` is one text."""

    def __init__(self, left: str, right: str) -> None:
        self.same = left == right
        self.parts = differences(left, right)

    @property
    def left(self) -> Markup:
        return _block(_marked(part, "mark") for part in self.parts if part.side != "right")

    @property
    def right(self) -> Markup:
        return _block(_marked(part, "mark") for part in self.parts if part.side != "left")

    @property
    def both(self) -> Markup:
        """What was removed and added, each said to screen readers too."""
        said = {"left": ("del", _("removed:")), "right": ("ins", _("added:"))}
        return _block(_marked(part, *said[part.side]) if part.side else escape(part.text) for part in self.parts)


def differences(left: str, right: str) -> list[Part]:
    """The parts of two versions in order, by lines, and by words in the lines that differ."""
    left_lines, right_lines = left.splitlines(keepends=True), right.splitlines(keepends=True)
    budget, parts = _Budget(MOST_STEPS), list[Part]()
    for side, first, second in budget.compare(left_lines, right_lines):
        if not side:
            _add(parts, "", "".join(first))
            continue
        for inner, words, others in budget.compare(_TOKENS.findall("".join(first)), _TOKENS.findall("".join(second))):
            _add(parts, "left" if inner else "", "".join(words))
            _add(parts, "right", "".join(others) if inner else "")
    return parts


class _Budget:
    """How much may still be compared."""

    def __init__(self, steps: int) -> None:
        self._steps = steps

    def compare(self, left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
        """Runs that are the same (False), and those that differ (True). What is too much to compare differs as a whole."""
        start = 0
        while start < min(len(left), len(right)) and left[start] == right[start]:
            start += 1
        end = 0
        while end < min(len(left), len(right)) - start and left[-1 - end] == right[-1 - end]:
            end += 1
        yield False, left[:start], right[:start]
        yield from self._between(left[start : len(left) - end], right[start : len(right) - end])
        yield False, left[len(left) - end :], right[len(right) - end :]

    def _between(self, left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
        steps = len(left) * len(right)
        if not steps or steps > self._steps:
            yield True, left, right
            return
        self._steps -= steps
        for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
            yield kind != "equal", left[a:b], right[c:d]


def _add(parts: list[Part], side: Side, text: str) -> None:
    if not text:
        return
    if parts and parts[-1].side == side:
        text = parts.pop().text + text
    parts.append(Part(side, text))


def _marked(part: Part, element: str, said: str = "") -> Markup:
    if not part.side:
        return escape(part.text)
    words = Markup('<bdi class="unseen">{} </bdi>').format(said) if said else Markup()
    # A line break alone would show nothing.
    return Markup("<{0}>{1}{2}</{0}>").format(element, words, part.text.replace("\n", "¶\n"))


def _block(parts: Iterator[Markup]) -> Markup:
    return Markup('<div class="compared" dir="auto">{}</div>').format(Markup().join(parts))
