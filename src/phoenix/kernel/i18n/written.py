"""What people may write: one rule for every name, title and text, checked before and after it is composed (NFC)."""

from __future__ import annotations

import re
import unicodedata

from phoenix.kernel.language import _

# Composing sorts the marks of a letter, which takes the square of their number: so they are counted first. 30 is the bound of
# Unicode's stream-safe text; what languages need, once it is composed, is far less.
MOST_MARKS_SENT, MOST_MARKS = 30, 10
# A decomposed text has up to four times the characters of the composed one.
DECOMPOSED = 4

# Control characters but for line breaks and tabs, surrogates, private use, non-characters, overrides of the writing direction and
# format characters that are no longer in use. Unassigned code points are missing here: they are assigned in a later Unicode.
_REFUSED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\u206a-\u206f\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\ue000-\uf8ff"
    "\U000f0000-\U0010ffff" + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0xF0000, 0x10000)) + "]"
)
_EMBEDDING, _END_OF_EMBEDDING = "\u202a\u202b", "\u202c"
_ISOLATE, _END_OF_ISOLATE = "\u2066\u2067\u2068", "\u2069"
_ENDS = {**dict.fromkeys(_EMBEDDING, _END_OF_EMBEDDING), **dict.fromkeys(_ISOLATE, _END_OF_ISOLATE)}
# Letters and signs that show nothing: Hangul fillers, Khmer inherent vowels and the empty Braille pattern.
_BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc")
_RESERVED_FOR_NOTHING = re.compile("[\u2065\ufff0-\ufff8\U000e0000-\U000e0fff]")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Mn", "Me", "Zs", "Zl", "Zp"})


def compose(text: str, most: int) -> str | None:
    """The text composed (NFC); None, with little work, for one that is far longer than `most` or has too many marks on a letter."""
    if len(text) > most * DECOMPOSED or not _has_few_marks(text, MOST_MARKS_SENT):
        return None
    return unicodedata.normalize("NFC", text)


def what_is_wrong(text: str) -> str:
    """Why a composed text is refused, as a sentence; "" if it is not."""
    if text.isascii() and text.isprintable():
        return ""
    if _REFUSED.search(text):
        return _("This contains characters that can't be displayed.")
    if not _is_closed(text):
        return _(
            "This contains an invisible character that changes the direction of text and isn't closed. Remove it, or write the text again."
        )
    if not _has_few_marks(text, MOST_MARKS):
        return too_many_marks()
    return ""


def too_many_marks() -> str:
    """The sentence for letters that carry more marks than any language writes."""
    return _("A letter carries too many accents or marks. Use at most {most}.").format(most=MOST_MARKS)


def is_visible(text: str) -> bool:
    """Whether a reader sees anything of it."""
    return any(
        unicodedata.category(letter) not in _UNSEEN and letter not in _BLANK and not _RESERVED_FOR_NOTHING.match(letter) for letter in text
    )


def _has_few_marks(text: str, most: int) -> bool:
    """Whether no letter carries more marks. Format characters, such as joiners, do not end the marks of a letter."""
    if text.isascii():
        return True
    marks = 0
    for letter in text:
        kind = unicodedata.category(letter)
        if kind in {"Mn", "Me"}:
            marks += 1
            if marks > most:
                return False
        elif kind != "Cf":
            marks = 0
    return True


def _is_closed(text: str) -> bool:
    """Whether every embedding and isolate of a paragraph ends in it, and nothing ends that did not begin there."""
    for line in text.split("\n"):
        open_: list[str] = []
        for letter in line:
            if letter in _ENDS:
                open_.append(_ENDS[letter])
            elif letter in {_END_OF_EMBEDDING, _END_OF_ISOLATE} and (not open_ or open_.pop() != letter):
                return False
        if open_:
            return False
    return True
