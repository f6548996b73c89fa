"""Tests that take too long for `make test`, in parts: `make test-long` runs all without a fresh result, PART=… only one.

No part takes more than 40 minutes on two cores. One that was interrupted, or whose time was up, continues where it stopped. Results
are kept in .test-long/, those of mutants in tools/mutation/tried/; after a change, only what it affects is run again.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from tools.mutation.table import PARTS as MUTATED

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".test-long"
POSTGRES_15 = Path("/usr/lib/postgresql/15/bin/postgres")
# As many as two slow cores can run in 40 minutes. `make test` runs them in yet another order each time.
ORDERS = 2
# Tests of sockets at scale, by a part of their names, in the order in which they run.
SOCKETS = ("come_and_go", "are_held", "slow_readers", "sleeps_and_returns")
FAST = ["-q", "-n", "auto", "--dist", "worksteal", "-m", "not slow and not browser"]


@dataclass(frozen=True, slots=True)
class Part:
    """A long part. `run` returns the exit status."""

    about: str
    run: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Note:
    """How many runs passed, and with which files."""

    state: str
    passed: int


def run_mutants(name: str) -> int:
    """Try the mutants that have no result yet: see tools/mutation/results.py."""
    return subprocess.call([sys.executable, "-m", "tools.mutation", name, "--minutes", "38"], cwd=ROOT)


def run_orders() -> int:
    """Run the fast tests in several other orders. Each order that passed is recorded, so that an interrupted run can continue."""
    state, note = digest(), FOLDER / "orders.json"
    passed = _noted(note, state)
    for number in range(passed, ORDERS):
        if status := subprocess.call([sys.executable, "-m", "pytest", *FAST], cwd=ROOT):
            return status
        _write(note, state, number + 1)
    return 0


def run_oldest_postgres() -> int:
    """Run every fast test on the oldest PostgreSQL that Phoenix supports."""
    state, note = digest(), FOLDER / "postgres-15.json"
    if not POSTGRES_15.exists():
        print("Skipped: PostgreSQL 15 is not installed.")
        return 0
    if _noted(note, state):
        return 0
    status = subprocess.call(["env", "PHOENIX_TEST_POSTGRES=15", sys.executable, "-m", "pytest", *FAST], cwd=ROOT)
    if status == 0:
        _write(note, state, 1)
    return status


def run_rows() -> int:
    """The plan of every named query on a million rows."""
    state, note = digest(), FOLDER / "rows.json"
    if _noted(note, state):
        return 0
    status = subprocess.call(
        ["env", "PHOENIX_TEST_ROWS=1000000", sys.executable, "-m", "pytest", "-q", "-n", "0", "--timeout=2400", "tests/test_plans.py"],
        cwd=ROOT,
    )
    if status == 0:
        _write(note, state, 1)
    return status


def run_sockets() -> int:
    """The process of sockets with 10,000 clients: what comes and goes, is held, reads slowly, sleeps and returns. Each that passed is recorded."""
    state, note, held = digest(), FOLDER / "sockets.json", FOLDER / "sockets-held.json"
    FOLDER.mkdir(exist_ok=True)
    environment = ["env", "PHOENIX_TEST_SOCKETS=10000", f"PHOENIX_TEST_FIGURES={held}"]
    for number in range(_noted(note, state), len(SOCKETS)):
        command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "tests/kernel/realtime/test_at_scale.py", "-k", SOCKETS[number]]
        if status := subprocess.call([*environment, *command], cwd=ROOT):
            return status
        _write(note, state, number + 1)
    print(held.read_text().strip() if held.exists() else "")
    return 0


def digest() -> str:
    """The digest of every file that these tests depend on."""
    made = hashlib.sha256()
    for folder in ("src", "tests", "web", "bench", "requirements"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                made.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return made.hexdigest()


def _noted(note: Path, state: str) -> int:
    """How many runs passed on exactly these files."""
    if not note.exists():
        return 0
    try:
        stored = msgspec.json.decode(note.read_bytes(), type=Note)
    except msgspec.DecodeError:
        # The file was cut off when the machine stopped, so it is ignored.
        return 0
    return stored.passed if stored.state == state else 0


def _write(note: Path, state: str, passed: int) -> None:
    FOLDER.mkdir(exist_ok=True)
    written = note.with_suffix(".new")
    written.write_bytes(msgspec.json.encode(Note(state, passed)))
    written.replace(note)


def _mutation_part(name: str) -> Part:
    files = ", ".join(MUTATED[name])
    return Part(f"is every change of {files} noticed?", lambda: run_mutants(name))


PARTS: dict[str, Part] = {
    **{f"mutation-{name}": _mutation_part(name) for name in MUTATED},
    "sockets": Part("10,000 sockets held for 10 minutes, 100,000 that come and go, slow readers, and clients that sleep", run_sockets),
    "rows": Part("is every query planned well on 1,000,000 rows?", run_rows),
    "orders": Part(f"the fast tests, in {ORDERS} other orders", run_orders),
    "postgres-15": Part("the fast tests, on the oldest PostgreSQL", run_oldest_postgres),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make test-long", description=__doc__)
    parser.add_argument("part", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all of them by default")
    chosen: list[str] = parser.parse_args().part
    if unknown := set(chosen) - set(PARTS):
        parser.error(f"unknown part: {', '.join(sorted(unknown))}")
    if not chosen:
        for name, part in PARTS.items():
            print(f"{name:28} {part.about}")
    failed = []
    for name in chosen or list(PARTS):
        print(f"\n== {name}", flush=True)
        if status := PARTS[name].run():
            failed.append(f"{name} ({'not finished: run it again' if status == 75 else f'status {status}'})")
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nAll good.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
