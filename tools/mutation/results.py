"""The results of all mutants, in one file per source file. Nothing is run again unless it has changed.

They are part of the repository: a whole run takes hours, and whoever changes a file later tries only the mutants of that file again.
A change that a test noticed stays noticed while the source file and that test's file are the same. One that no test noticed is tried
again when any of its tests changes. An unreadable line, such as one cut off when the machine stopped, is ignored.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec
from tools.mutation.table import ROOT, SOURCE, tests_of

FOLDER = ROOT / "tools" / "mutation" / "tried"
# Enough against accidents, and too few to look like a secret.
HEX_DIGITS = 8
NOTICED = frozenset({"killed", "hung"})


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one mutant. `by` is the test that noticed, and `tests` the digest of its file, or of all test files if none did."""

    key: str
    source: str
    outcome: str
    by: str
    tests: str


def digest(*paths: str) -> str:
    made = hashlib.sha256()
    for path in paths:
        made.update((ROOT / path).read_bytes())
    return made.hexdigest()[:HEX_DIGITS]


def known(path: str) -> dict[str, Result]:
    """The results that are still valid, by the key of the mutant."""
    stored = _stored(path)
    if not stored:
        return {}
    source, tests = digest(SOURCE + path), tests_of(path)
    of_all, of_each = digest(*tests), {test: digest(test) for test in tests}
    found = {}
    for result in stored:
        noticed = result.outcome in NOTICED
        # If the import fails, the change is noticed before any test runs, so no test file matters.
        now = of_each.get(result.by.partition("::")[0], "") if noticed else of_all
        if result.source == source and result.tests == now:
            found[result.key] = result
        else:
            found.pop(result.key, None)
    return found


def store(path: str, key: str, outcome: str, by: str) -> Result:
    """Add a result. It is written at once and atomically, so that an interrupted run loses nothing. Results of former sources go."""
    tests = [by.partition("::")[0]] if by else [] if outcome in NOTICED else tests_of(path)
    result = Result(key, digest(SOURCE + path), outcome, by, digest(*tests) if tests else "")
    kept = {one.key: one for one in (*_stored(path), result) if one.source == result.source}
    FOLDER.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in kept.values()]
    written = _file(path).with_suffix(".new")
    written.write_text("".join(lines), encoding="utf-8")
    written.replace(_file(path))
    return result


def _stored(path: str) -> list[Result]:
    """Every readable result, the oldest first."""
    file = _file(path)
    lines = file.read_text(encoding="utf-8", errors="replace").split("\n") if file.exists() else []
    return [result for line in lines if (result := _read(line)) is not None]


def _read(line: str) -> Result | None:
    try:
        return msgspec.json.decode(line, type=Result)
    except msgspec.DecodeError:
        return None


def _file(path: str) -> Path:
    return FOLDER / f"{path.replace('/', '.')}.jsonl"
