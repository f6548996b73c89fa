"""The text of a message: plain, counted in segments as networks bill them, and cut where it would need too many.

GSM 03.38 has room for 160 characters in a message, and for 153 in each part of a longer one. One character outside it makes the whole
message UCS-2, with room for 70 and 67. What takes two places is never split between two parts.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right

from msgspec import Struct

MOST_SEGMENTS = 3
# What is looked at of a text: more than fits into as many segments.
LONGEST = 1000
GSM, UCS2 = "GSM-7", "UCS-2"
ALONE, IN_PARTS = {GSM: 160, UCS2: 70}, {GSM: 153, UCS2: 67}
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
# Typography that would make a message UCS-2 for nothing.
_PLAIN = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "–": "-", "—": "-", "…": "..."})
# They join letters and emoji, and change no direction.
_JOINERS = frozenset("\u200c\u200d")
_SPACES, _NOTHING = frozenset({"Cc", "Zl", "Zp", "Zs"}), frozenset({"Cf", "Co", "Cn", "Cs"})


class Size(Struct, frozen=True):
    """How a text is sent: its encoding, and in how many segments."""

    encoding: str
    segments: int


def plain(text: str) -> str:
    """A text in one line, without controls and marks of direction, in characters that take little room."""
    line = "".join(_shown(c) for c in text[: 2 * LONGEST])
    return unicodedata.normalize("NFC", " ".join(line.split()))[:LONGEST].translate(_PLAIN)


def _shown(c: str) -> str:
    kind = unicodedata.category(c)
    return " " if kind in _SPACES else "" if kind in _NOTHING and c not in _JOINERS else c


def size(text: str) -> Size:
    """The encoding of a text, and the segments that it takes."""
    if _BASIC.issuperset(text) or (_BASIC | _EXTENDED).issuperset(text):
        return Size(GSM, _segments([2 if c in _EXTENDED else 1 for c in text], GSM))
    return Size(UCS2, _segments([2 if ord(c) > 0xFFFF else 1 for c in text], UCS2))


def _segments(widths: list[int], encoding: str) -> int:
    if sum(widths) <= ALONE[encoding]:
        return 1
    room, segments, used = IN_PARTS[encoding], 1, 0
    for width in widths:
        used += width
        if used > room:
            segments, used = segments + 1, width
    return segments


def fitted(text: str, link: str = "", most: int = MOST_SEGMENTS) -> str:
    """A plain text with its link on a line of its own, cut at a word where it would take more than so many segments. The link is kept whole."""
    line, end = plain(text), f"\n{link}" if link else ""
    if size(line + end).segments <= most:
        return line + end
    lengths = range(len(line) + 1)
    # Longer is never less: so the longest that fits is found by halving.
    fits = bisect_right(lengths, 0, key=lambda length: size(_cut(line, length) + end).segments > most) - 1
    return (_cut(line, max(fits, 0)) + end).strip()


def _cut(line: str, length: int) -> str:
    """At most so many characters: whole words where there are any, and no letter without the marks that belong to it."""
    if length >= len(line):
        return line
    head = line[:length]
    if not line[length].isspace() and (space := head.rfind(" ")) > length // 2:
        head = head[:space]
    else:
        while head and _belongs(line, len(head)):
            head = head[:-1]
    head = head.rstrip()
    mark = "..." if size(head).encoding == GSM else "…"
    return f"{head}{mark}" if head else ""


def _belongs(line: str, at: int) -> bool:
    """Whether what stands there is part of what stands before: a mark, a variation, a skin tone, or what is joined."""
    c = line[at] if at < len(line) else " "
    return (
        unicodedata.combining(c) > 0 or unicodedata.category(c)[0] == "M" or c in _JOINERS or "🏻" <= c <= "🏿" or line[at - 1] in _JOINERS
    )
