"""Rules for the tests themselves: none waits by sleeping, none depends on measured time, and each run has a different order."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
CLOCKS = {"perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns", "process_time", "process_time_ns", "time", "time_ns"}
# Files that may read a clock, and why they must.
MAY_READ_CLOCKS = {
    "waiting.py": "deadlines of what is waited for",
    "effort.py": "processor time, for patterns that cannot be counted; seconds, where a hostile text would take minutes",
    "faults/test_revocation.py": "that a signed-out session is refused within a second is what Phoenix promises (A4)",
}
MAY_SLEEP = {"waiting.py": "checks repeatedly, with a deadline"}


def written() -> Iterator[tuple[str, ast.Call]]:
    """Every call in the tests, with its file. Code that tests write into other programs is text, not a call."""
    for path in sorted(TESTS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield path.relative_to(TESTS).as_posix(), node


def name_of(call: ast.Call) -> str:
    """`time.sleep`, or `sleep` where it was imported by name."""
    return ast.unparse(call.func)


def is_nothing(call: ast.Call) -> bool:
    """`sleep(0)` lets other tasks run and waits for nothing."""
    return len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0


def sleeps(name: str, call: ast.Call) -> bool:
    return (name in {"time.sleep", "asyncio.sleep", "sleep"} and not is_nothing(call)) or name.endswith(".wait_for_timeout")


def reads_a_clock(name: str) -> bool:
    module, _, function = name.rpartition(".")
    return function in CLOCKS and (module == "time" or (module == "" and function != "time"))


def test_no_test_sleeps_until_something_has_probably_happened() -> None:
    found = [f"{file}:{call.lineno}" for file, call in written() if sleeps(name_of(call), call) and file not in MAY_SLEEP]
    assert found == [], "wait for an event, or use tests/waiting.py"


def test_no_program_that_a_test_writes_sleeps() -> None:
    found = [
        f"{path.relative_to(TESTS)}:{node.lineno}"
        for path in sorted(TESTS.rglob("*.py"))
        if path != Path(__file__)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"\bsleep[ (]+[1-9]", node.value)
    ]
    assert found == [], "let it wait until it is killed (signal.pause), or for an event"


def test_no_test_measures_time() -> None:
    found = [f"{file}:{call.lineno}" for file, call in written() if reads_a_clock(name_of(call)) and file not in MAY_READ_CLOCKS]
    assert found == [], "count the work instead (tests/effort.py): a busy machine is slow"


def test_every_listed_exception_is_still_needed() -> None:
    reading = {file for file, call in written() if reads_a_clock(name_of(call))}
    sleeping = {file for file, call in written() if sleeps(name_of(call), call)}
    assert (reading, sleeping) == (set(MAY_READ_CLOCKS), set(MAY_SLEEP))


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("time.sleep(0.1)", True),
        ("await asyncio.sleep(delay)", True),
        ("sleep(2)", True),
        ("page.wait_for_timeout(500)", True),
        ("await asyncio.sleep(0)", False),
        ("clock.sleep(3)", False),
    ],
)
def test_a_sleep_is_detected(text: str, is_one: bool) -> None:
    tree = ast.parse(text, mode="exec")
    (call,) = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert sleeps(name_of(call), call) is is_one


def test_the_order_is_random_in_every_run(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.pluginmanager.hasplugin("randomly")
    assert pytestconfig.getoption("randomly_reorganize")
    assert not pytestconfig.getoption("randomly_reset_seed"), "ports and names are random, and must differ between tests"
