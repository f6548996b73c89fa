"""docs/asvs.md is complete, and every test it names exists."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
TEXT = (TESTS.parent / "docs" / "asvs.md").read_text(encoding="utf-8")
VERDICTS = ("met", "not applicable", "open")
CHAPTERS = {
    "6": "V6 Authentication",
    "7": "V7 Session management",
    "8": "V8 Authorization",
    "9": "V9 Self-contained tokens",
    "10": "V10 OAuth and OIDC",
}
# Section → the levels of its requirements in order, from ASVS 5.0.0. Requirements of level 3 are not in the document.
LEVELS = {
    "6.1": "122",
    "6.2": "111111112222",
    "6.3": "11223333",
    "6.4": "112233",
    "6.5": "22222333",
    "6.6": "2223",
    "6.7": "33",
    "6.8": "2222",
    "7.1": "222",
    "7.2": "1111",
    "7.3": "22",
    "7.4": "11222",
    "7.5": "223",
    "7.6": "22",
    "8.1": "1233",
    "8.2": "1123",
    "8.3": "133",
    "8.4": "23",
    "9.1": "111",
    "9.2": "1222",
    "10.1": "22",
    "10.2": "223",
    "10.3": "22223",
    "10.4": "1111122222233333",
    "10.5": "22222",
    "10.6": "22",
    "10.7": "222",
}
WANTED = {
    f"{section}.{number}": level for section, levels in LEVELS.items() for number, level in enumerate(levels, start=1) if level != "3"
}
LINES = [
    [cell.strip() for cell in line.strip().strip("|").split(" | ")] for line in TEXT.splitlines() if re.match(r"\| \d+\.\d+\.\d+ \|", line)
]


@cache
def functions(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_requirement_is_listed_once_with_its_level() -> None:
    assert Counter(line[0] for line in LINES) == Counter(dict.fromkeys(WANTED, 1))
    assert {line[0]: line[1] for line in LINES} == WANTED


@pytest.mark.parametrize("line", LINES, ids=[line[0] for line in LINES])
def test_every_requirement_has_a_verdict_with_evidence(line: list[str]) -> None:
    assert len(line) == 5
    _id, _level, what, verdict, proof = line
    assert verdict in VERDICTS
    assert what
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", proof)
    if verdict == "met":
        assert named
    else:
        assert len(re.sub(r"`[^`]*`", "", proof)) > 20, "say why, or what is missing"
    for file, name in named:
        assert name.startswith("test_")
        assert name in functions(file), f"{file}::{name}"


def test_the_totals_match_the_requirements() -> None:
    stated = {
        cells[0]: [int(cell) for cell in cells[1:]]
        for line in TEXT.splitlines()
        if re.match(r"\| (V\d+ .*|all) \| \d+ ", line) and (cells := [cell.strip() for cell in line.strip("|").split("|")])
    }
    counted = {name: [0, 0, 0, 0] for name in (*CHAPTERS.values(), "all")}
    for line in LINES:
        for name in (CHAPTERS[line[0].partition(".")[0]], "all"):
            counted[name][0] += 1
            counted[name][1 + VERDICTS.index(line[3])] += 1
    assert stated == counted
