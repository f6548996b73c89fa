"""One rule for every name, title and text."""

from __future__ import annotations

import unicodedata

import pytest
from msgspec import Struct
from tests.effort import little_work

from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.i18n.fields import LONGEST_SENT, Fields
from phoenix.kernel.i18n.written import MOST_MARKS, MOST_MARKS_SENT

SHOWS_NOTHING = [
    "",
    " \t",
    "\u200d",
    "\u200c",
    "\u3164",
    "\u2800",
    "\ufe0f",
    "\u115f\u1160",
    "\u200e\u200f",
    "\u2060 \u00ad",
    "\ufeff",
    "\U000e0041",
    "\u0301",
]
WRITTEN = [
    "Ada",
    "محمد",
    "نامه\u200cها",
    "श्री\u200dमान",
    "日本語の名前",
    "Zoë O’Brien-Łukasz",
    "👩\u200d👩\u200d👧",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "1\ufe0f\u20e3",
    "שָׁלוֹם",
    "ཧཱུྃ",
    "\U0001fad9\U0001f6dc",
    "\U000378ff",
    "ADA\u200f (עדה)\u200e",
    "\u2067עדה\u2069 Ada",
    "q" + "\u0323" * MOST_MARKS,
]
REFUSED = [
    "Ada\u202egro.elpmaxe",
    "Ada\u202d",
    "Ada\u2066",
    "Ada\u2069",
    "\u2067a\u202c",
    "Ada\u202b",
    "a\0b",
    "a\x1bb",
    "a\ud800",
    "\uf8ff Ada",
    "\ufdd0",
    "\U0001ffff",
    "q" + "\u0323" * (MOST_MARKS + 1),
    "q" + "\u0323\u200d" * (MOST_MARKS + 1),
    "a" + "\u0489" * (MOST_MARKS_SENT + 1),
]


def codes(text: str, *, most: int = 200) -> dict[str, str]:
    """What each of the three kinds of field says of a text."""
    fields = Fields()
    fields.name(text, most=most)
    fields.line("title", text, most=most, missing="Enter a title.")
    fields.text("body", text, most=most)
    return {error.field: error.code for error in fields.errors}


@pytest.mark.parametrize("text", WRITTEN)
def test_what_people_write_is_stored_composed(text: str) -> None:
    fields = Fields()
    assert fields.name(text) == fields.text("body", text, most=200) == unicodedata.normalize("NFC", text)
    fields.check()


@pytest.mark.parametrize("text", REFUSED)
def test_what_would_disturb_other_text_is_refused(text: str) -> None:
    assert codes(text) == {"name": "invalid", "title": "invalid", "body": "invalid"}


@pytest.mark.parametrize("text", SHOWS_NOTHING)
def test_a_name_shows_at_least_one_character(text: str) -> None:
    expected = {"name": "missing", "title": "missing"}
    assert codes(text) == (expected | {"body": "missing"} if text.strip() else expected)
    fields = Fields()
    fields.name(text, required=False)
    assert bool(fields.errors) == bool(text.strip())


@pytest.mark.parametrize("text", ["\u200d", "\u3164\n\ufe0f", "\u2800\r\n\r\n\u200c"])
def test_a_text_that_looks_empty_is_refused_and_an_empty_one_is_not(text: str) -> None:
    fields = Fields()
    fields.text("body", text, most=200)
    assert [(error.field, error.code) for error in fields.errors] == [("body", "missing")]
    fields = Fields()
    assert fields.text("body", " \n ", most=200) == ""
    fields.check()


def test_isolates_end_with_their_paragraph() -> None:
    fields = Fields()
    fields.text("body", "\u2067one\n\ntwo\u2069", most=200)
    with pytest.raises(InvalidInput):
        fields.check()


def test_a_long_text_is_refused_before_it_is_composed() -> None:
    with little_work():
        assert set(codes("a" + "\u0301\u0323" * 50_000).values()) == {"too_long"}
        assert set(codes("a" + "\u0301\u0323" * 50_000, most=110_000).values()) == {"invalid"}


def test_a_decomposed_text_is_as_long_as_the_composed_one() -> None:
    text = "ệ" * 200
    assert codes(unicodedata.normalize("NFD", text)) == {}
    assert codes(text + "ệ") == {"name": "too_long", "title": "too_long", "body": "too_long"}


class Sent(Struct):
    title: str
    tags: list[str]


@pytest.mark.parametrize("sent", [Sent("a" * (LONGEST_SENT + 1), []), Sent("", ["a" * (LONGEST_SENT + 1)]), "a" * (LONGEST_SENT + 1)])
def test_no_text_is_longer_than_the_longest(sent: object) -> None:
    fields = Fields()
    fields.sent("body", sent)
    assert [error.code for error in fields.errors] == ["too_long"]
    fields = Fields()
    fields.sent("body", Sent("a" * LONGEST_SENT, ["a"]))
    fields.check()
