"""N4: the text of a message: plain, counted as networks count, and cut at a word, whatever people write."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix.kernel.sms.text import GSM, MOST_SEGMENTS, UCS2, Size, fitted, plain, size

LINK = "https://phoenix.example/o/ember/entries/ent_1"


@pytest.mark.parametrize(
    ("text", "encoding", "segments"),
    [
        ("", GSM, 1),
        ("a" * 160, GSM, 1),
        ("a" * 161, GSM, 2),
        ("a" * 306, GSM, 2),
        ("a" * 307, GSM, 3),
        ("€" * 80, GSM, 1),
        ("€" * 81, GSM, 2),
        # 153 is odd: the second half of an escaped character is never in the next part.
        ("€" * 152, GSM, 2),
        ("€" * 153, GSM, 3),
        ("ё" * 70, UCS2, 1),
        ("ё" * 71, UCS2, 2),
        ("😀" * 35, UCS2, 1),
        ("😀" * 66, UCS2, 2),
        ("😀" * 67, UCS2, 3),
        ("a" * 70 + "日", UCS2, 2),
    ],
)
def test_segments_are_counted_as_networks_count_them(text: str, encoding: str, segments: int) -> None:
    assert size(text) == Size(encoding, segments)


@pytest.mark.parametrize(
    "text", ["word " * 2000, "x" * 10_000, "語" * 10_000, "😀" * 10_000, "👨‍👩‍👧‍👦" * 3000, "e\u0301\u0302" * 3000, "€ " * 5000]
)
def test_a_long_text_is_cut_and_its_link_is_whole(text: str) -> None:
    made = fitted(text, LINK)
    assert size(made).segments <= MOST_SEGMENTS
    cut, _, link = made.rpartition("\n")
    assert link == LINK
    assert cut.endswith(("...", "…"))
    assert "\n" not in cut


def test_it_is_cut_at_a_word_and_never_within_what_belongs_together() -> None:
    cut = fitted("word " * 200, LINK).rpartition("\n")[0]
    assert cut.endswith("word...")
    emoji = fitted("👨‍👩‍👧‍👦" * 300, LINK).rpartition("\n")[0].removesuffix("…")
    assert emoji == "👨‍👩‍👧‍👦" * (len(emoji) // len("👨‍👩‍👧‍👦"))


def test_typography_does_not_make_a_message_larger() -> None:
    assert size(plain("Ada commented on “Pump” – it’s fine…")) == Size(GSM, 1)
    assert plain("„A“ – B…") == '"A" - B...'


@given(st.text(max_size=3000))
def test_nothing_of_what_people_write_breaks_lines_or_turns_them_around(text: str) -> None:
    made = fitted(text, LINK)
    assert size(made).segments <= MOST_SEGMENTS
    assert made.endswith(LINK)
    assert made.count("\n") <= 1
    rest = made.removesuffix(LINK).removesuffix("\n")
    assert all(unicodedata.category(c) not in {"Cc", "Cs", "Zl", "Zp"} for c in rest)
    assert not any(c in rest for c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
