"""Checks what the fast tests reached: a minimum percentage of branches, and each of our errors raised at least once.

.venv/bin/python -m tools.reached FIGURES    FIGURES is the JSON that tools/reaching.py writes; `make test` runs both
"""

from __future__ import annotations

import ast
import builtins
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BRANCHES_PERCENT = 96.0
# Errors that no fast test can raise, by file and function, with the reason.
NOT_RAISED: dict[str, str] = {}
# How many files to list when the minimum is missed.
NAMED = 15


@dataclass(frozen=True, slots=True)
class Raised:
    """A line that raises one of our errors."""

    file: str
    line: int
    function: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.file} {self.function}"


def raises(file: str, source: str) -> Iterator[Raised]:
    """Every `raise` of an error that Phoenix defines or that one of our functions creates. Python's own errors mean a bug."""

    def within(node: ast.AST, function: str) -> Iterator[Raised]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from within(child, f"{function}.{child.name}".lstrip("."))
                continue
            if isinstance(child, ast.Raise) and _is_ours(child.exc):
                yield Raised(file, child.lineno, function, ast.unparse(child).partition("\n")[0])
            yield from within(child, function)

    yield from within(ast.parse(source), "")


def _is_ours(raised: ast.expr | None) -> bool:
    if raised is None:
        return False
    name = ast.unparse(raised.func if isinstance(raised, ast.Call) else raised)
    # An error in a variable was caught or created elsewhere, and is only raised again.
    is_class = isinstance(raised, ast.Call) or name.rpartition(".")[2][:1].isupper()
    return is_class and not hasattr(builtins, name)


def never_raised(
    figures: Mapping[str, Any], root: Path = ROOT, exceptions: Mapping[str, str] = NOT_RAISED
) -> tuple[list[Raised], list[str]]:
    """The errors that no test raised, and the listed exceptions that are no longer needed."""
    found, used = [], set()
    for file, measured in sorted(figures["files"].items()):
        reached = set(measured["executed_lines"])
        for line in raises(file, (root / file).read_text(encoding="utf-8")):
            if line.line in reached:
                continue
            if line.place in exceptions:
                used.add(line.place)
            else:
                found.append(line)
    return found, sorted(set(exceptions) - used)


def share_of_branches(figures: Mapping[str, Any]) -> float:
    """The percentage of branches taken. SlipCover's own figure includes lines, which hides missed branches."""
    summary = figures["summary"]
    return float(100 * summary["covered_branches"] / (summary["covered_branches"] + summary["missing_branches"]))


def main(path: str) -> int:
    figures = json.loads(Path(path).read_text(encoding="utf-8"))
    share = share_of_branches(figures)
    print(f"The fast tests take {share:.1f} % of the branches; at least {BRANCHES_PERCENT:g} % must be taken.")
    missed = share < BRANCHES_PERCENT
    if missed:
        missing = sorted(((measured["summary"]["missing_branches"], file) for file, measured in figures["files"].items()), reverse=True)
        for count, file in missing[:NAMED]:
            print(f"{file}: {count} branches are not taken")
    found, stale = never_raised(figures)
    for line in found:
        print(f"{line.file}:{line.line}: no fast test raises this: {line.text}")
    for place in stale:
        print(f"tools/reached.py: {place} is raised or no longer exists: remove it from the exceptions")
    return 1 if missed or found or stale else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
