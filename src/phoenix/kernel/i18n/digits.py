"""Codes as people type them: with the digits of their keyboard, and whatever stands between."""

from __future__ import annotations

import unicodedata

LONGEST = 100


def digits_in(text: str) -> str:
    """The decimal digits of a text as 0 to 9, whatever script they are in; everything else is left out."""
    return "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())


def letters_and_digits_in(text: str) -> str:
    """The letters and digits of a text in lower case, full-width ones as plain ones; everything else is left out.

    There are none in a text that is longer than any code: composing it would take time that grows with the square of its length.
    """
    if len(text) > LONGEST:
        return ""
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join(str(unicodedata.decimal(c, c)) for c in plain if c.isalnum())
