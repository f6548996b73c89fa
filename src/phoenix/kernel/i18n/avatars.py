"""Avatars: initials and a colour for people without a picture."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

TONES = 6


@dataclass(frozen=True, slots=True)
class Avatar:
    """A person or organisation as a coloured circle and a name."""

    id: str
    name: str
    initials: str
    tone: int


def avatar_of(id_: str, name: str) -> Avatar:
    """The initials of the first and last word, and a tone derived from the id, so that it is the same everywhere."""
    return Avatar(id_, name, initials(name), tone(id_))


def initials(name: str) -> str:
    """One or two capital letters, or "?" if no word starts with a letter or digit."""
    words = [word for word in name.split() if word[0].isalnum()]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"


def tone(id_: str) -> int:
    """The number of a colour in the palette, from 1 to 6."""
    return zlib.crc32(id_.encode()) % TONES + 1
