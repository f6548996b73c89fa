"""Whole kinds of passwords that attackers try first, over every word of the lists; each refusal says why."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.kernel.test_passwords import problem

from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.security.guessable import common
from phoenix.kernel.security.passwords import SHORTEST, check_strength


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("motherfucker", "one of the most common"),
        ("facebook1234", "common words and numbers"),
        ("helloworld12", "common words and numbers"),
        ("LeilaHaddad2026", "your name or email address"),
        ("Phoenix-2026-1", "the name of this service"),
        ("asdfghjkl12345678", "keyboard rows, dates or repetitions"),
        ("abababababab", "repeats a few characters"),
    ],
)
def test_a_password_is_refused_with_its_reason(password: str, why: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_strength(password, words=["leila.haddad@example.com", "Leila Haddad"])
    assert why in refused.value.errors[0].detail


SHAPES: list[Callable[[str], str]] = [str, str.title, lambda word: word[::-1], lambda word: word * 2, " ".join]
ENDS = ["12", "123!", "1234", "2026", "!", " 2026!", "24121990"]


def test_no_common_word_makes_a_password_with_what_people_add_to_it() -> None:
    """Every word of the lists, each in one shape and with one ending: all shapes and endings come together many times."""
    words = sorted(word for word in common() if 4 <= len(word) <= 24)
    tried = [
        made for number, word in enumerate(words) if len(made := SHAPES[number % len(SHAPES)](word) + ENDS[number % len(ENDS)]) >= SHORTEST
    ]
    assert len(tried) > 3000
    assert [made for made in tried if problem(made) is None] == []


def test_signs_for_letters_are_read_as_letters() -> None:
    words = sorted(word for word in common() if word.isascii() and word.isalpha() and 8 <= len(word) <= 24)[::9]
    tried = [made for word in words if len(made := word.replace("a", "@").replace("o", "0").replace("e", "3") + "2026") >= SHORTEST]
    assert [made for made in tried if problem(made) is None] == []
