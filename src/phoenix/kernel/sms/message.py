"""A text message as it is handed over."""

from __future__ import annotations

from msgspec import Struct

# ITU-T E.164.
MOST_DIGITS = 15


class OutgoingSms(Struct, frozen=True):
    """A text message to one number, in E.164. `reports` is where the provider reports what became of it, "" for nowhere."""

    to: str
    text: str
    reports: str = ""


def is_number(text: str) -> bool:
    """Whether a text has the form of a number in E.164."""
    return text.startswith("+") and text[1:].isascii() and text[1:].isdecimal() and len(text) <= MOST_DIGITS + 1
