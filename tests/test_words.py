"""Code uses the field's terms: words that were replaced do not come back in names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# The word, and what to say instead. A word of two parts is forbidden where its parts stand side by side.
INSTEAD = {
    "seat": "membership",
    "visit": "call, request or user",
    "visitor": "user",
    "refusal": "problem, or error",
    "poke": "notify",
    "poker": "notifier",
    "wake": "listen",
    "bell": "an event that arrived",
    "face": "avatar",
    "mend": "fix",
    "house": "phoenix",
    "look as": "impersonate",
    "prove again": "reauthenticate",
    "log in": "sign in",
    "log ins": "sign-ins",
    "logging in": "signing in",
    "log out": "sign out",
    "logging out": "signing out",
    "logged out": "signed out",
    "way in": "sign-in method",
    "ways in": "sign-in methods",
    "way on": "next step",
    "take try": "count attempt",
    "set aside": "failed",
    "somebody": "someone, or who it is",
    "everybody": "everyone",
}


def names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """What a file of ours names itself: functions, classes, parameters and variables; not what it uses of others."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno


def words(name: str) -> str:
    """`LogIns`, `log_ins` and `LOG_INS` are all ` log ins `."""
    return f" {' '.join(re.findall(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+', name)).lower()} "


@pytest.mark.parametrize("folder", ["src/phoenix", "tests", "tools", "bench"])
def test_replaced_words_stay_away(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name} (say {better})"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name, line in names(ast.parse(path.read_text(encoding="utf-8")))
        for word, better in INSTEAD.items()
        if f" {word} " in words(name)
    ]
    assert found == []


def test_a_name_is_read_word_by_word() -> None:
    assert [words(name) for name in ("LogIns", "log_ins", "LOG_INS", "HTTPSeat", "revisited")] == [
        " log ins ",
        " log ins ",
        " log ins ",
        " http seat ",
        " revisited ",
    ]
