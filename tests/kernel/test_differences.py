"""Two versions of a text are compared by words, by lines where that is too much, and never for long."""

from __future__ import annotations

import difflib
import itertools
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.effort import little_work

from phoenix.kernel.i18n import differences as module
from phoenix.kernel.i18n.differences import MOST_STEPS, Comparison, differences

LONGEST = 20_000
WORDS = st.lists(st.sampled_from(["a", "bb", " ", "\n", "  ", "日本", "<b>", "é", "\r\n", "\u2028", "x"])).map("".join)


def written(parts: list[module.Part]) -> str:
    ends = {"": "{}", "left": "[-{}-]", "right": "[+{}+]"}
    return "".join(ends[part.side].format(part.text) for part in parts)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("the same", "the same", "the same"),
        ("", "all new", "[+all new+]"),
        ("all gone", "", "[-all gone-]"),
        ("The seal had hardened.", "The seal had cracked.", "The seal had [-hardened-][+cracked+]."),
        ("one two three", "one three", "one [-two -]three"),
        ("first\nsecond\nthird", "first\n2nd\nthird", "first\n[-second-][+2nd+]\nthird"),
        ("It leaked.", "It leaked, twice.", "It leaked[+, twice+]."),
        ("नमस्ते दुनिया", "नमस्ते दोस्त", "नमस्ते [-दुनिया-][+दोस्त+]"),
        ("one\ntwo", "one\n\ntwo", "one\n[+\n+]two"),
        ("軸を交換した", "軸を点検した", "軸を[-交換-][+点検+]した"),
    ],
)
def test_words_that_differ_are_marked_and_no_others(left: str, right: str, expected: str) -> None:
    assert written(differences(left, right)) == expected


@given(WORDS, WORDS)
def test_the_parts_of_a_side_are_its_text(left: str, right: str) -> None:
    parts = differences(left, right)
    assert "".join(part.text for part in parts if part.side != "right") == left
    assert "".join(part.text for part in parts if part.side != "left") == right
    assert all(one.side != next_.side for one, next_ in itertools.pairwise(parts))


@given(WORDS, WORDS)
def test_each_side_shows_its_text_and_nothing_is_read_as_markup(left: str, right: str) -> None:
    found = Comparison(left, right)
    for shown, text in ((found.left, left), (found.right, right)):
        plain = re.sub(r'^<div class="compared" dir="auto">|</div>$|</?mark>', "", shown).replace("¶\n", "\n")
        assert plain.replace("&lt;", "<").replace("&gt;", ">") == text
    assert "<b>" not in found.left + found.right + found.both


def test_what_was_removed_and_added_is_said_to_screen_readers() -> None:
    assert (
        'is <del><bdi class="unseen">removed: </bdi>old</del><ins><bdi class="unseen">added: </bdi>new</ins>'
        in Comparison("is old", "is new").both
    )


def hostile() -> dict[str, tuple[str, str]]:
    """Texts as long as an entry may have, which take a comparison without bounds seconds or hours."""
    chance = random.Random(5)  # the same every time

    def of(words: list[str], between: str) -> str:
        return between.join(chance.choices(words, k=LONGEST))[:LONGEST]

    few, many = ["a", "b"], [str(number) for number in range(90)]
    return {
        "two words in any order": (of(few, " "), of(few, " ")),
        "many words in any order": (of(many, " "), of(many, " ")),
        "two lines in any order": (of(few, "\n"), of(few, "\n")),
        "many lines in any order": (of(many, "\n"), of(many, "\n")),
        "one word": ("x" * LONGEST, "y" * LONGEST),
        "nothing but spaces": (" \n" * (LONGEST // 2), "\n " * (LONGEST // 2)),
        "characters of a script without spaces": (of(list("日本語"), ""), of(list("語本日"), "")),
    }


@pytest.mark.parametrize("name", hostile())
def test_the_longest_texts_take_little_work_and_lose_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    left, right = hostile()[name]
    compared: list[int] = []

    class Counting(difflib.SequenceMatcher[str]):
        def __init__(self, junk: None, a: list[str], b: list[str], *, autojunk: bool) -> None:
            compared.append(len(a) * len(b))
            super().__init__(junk, a, b, autojunk=autojunk)

    monkeypatch.setattr(module, "SequenceMatcher", Counting)
    with little_work():
        parts = differences(left, right)
    assert sum(compared) <= MOST_STEPS
    assert "".join(part.text for part in parts if part.side != "right") == left


def test_a_small_change_in_the_longest_text_is_marked_by_words() -> None:
    left = "\n".join(f"Paragraph {number} of a long report, with a few words in it." for number in range(340))
    right = left.replace("Paragraph 7 of", "Paragraph seven of").replace("Paragraph 330 of", "Paragraph last of")
    assert LONGEST * 0.9 < len(left) < LONGEST
    assert [part for part in differences(left, right) if part.side] == [
        module.Part("left", "7"), module.Part("right", "seven"), module.Part("left", "330"), module.Part("right", "last"),
    ]  # fmt: skip


def test_too_many_words_that_differ_are_marked_by_lines_and_too_many_lines_as_a_whole() -> None:
    line = " ".join(str(number) for number in range(600))
    parts = differences(f"kept\n{line}\nkept", f"kept\n{' '.join(reversed(line.split()))}\nkept")
    assert [part.side for part in parts] == ["", "left", "right", ""]
    lines = "\n".join(str(number) for number in range(1, 600))
    whole = differences(lines, "\n".join(reversed(lines.split("\n"))))
    assert [part.side for part in whole] == ["left", "right"]
