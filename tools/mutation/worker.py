"""A warm process with running servers and imported libraries, but without Phoenix. Each mutant is a fork that imports Phoenix changed.

So a change takes effect everywhere, even in constants and decorators, and a mutant costs half a second plus its tests. Jobs and
answers are lines of JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import importlib.abc
import importlib.machinery
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from tools.mutation.mutants import mutated
from tools.mutation.table import PARTS, ROOT, SOURCE

# Far more than any of these tests takes. A test that takes longer hangs, which counts as noticed.
SECONDS_A_TEST = 25


class Finder(importlib.abc.MetaPathFinder):
    """Provides one module with its change instead of the one on disk."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        self._name, self._path, self._code = name, path, code

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None:
            spec.loader = _Loader(fullname, str(self._path), self._code)
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self._changed = code

    def get_code(self, fullname: str) -> CodeType | None:
        return self._changed


@dataclass(slots=True, eq=False)
class Watcher:
    """Records which test runs, and ends the process if it hangs. Tests that have noticed changes of this file before run first."""

    note: Path
    first: list[str]
    files: list[str]

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        rank = {node: number for number, node in enumerate(self.first)}
        place = {test: number for number, test in enumerate(self.files)}
        items.sort(key=lambda item: (rank.get(item.nodeid, len(rank)), place.get(item.nodeid.partition("::")[0], 0)))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.note.write_text(nodeid)
        signal.alarm(SECONDS_A_TEST)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="phoenix-mutants-")))
        _start_servers(stack, folder)
        _forget_phoenix()
        gc.collect()
        gc.freeze()
        print("ready", file=answers)
        for line in sys.stdin:
            print(json.dumps(_try(folder, json.loads(line))), file=answers)


def _start_servers(stack: contextlib.ExitStack, folder: Path) -> None:
    conftest = importlib.import_module("tests.conftest")
    os.environ["PHOENIX_TEST_POSTGRES_URL"] = stack.enter_context(conftest.running_postgres())
    os.environ["PHOENIX_TEST_VALKEY_URL"] = stack.enter_context(conftest.running_valkey(folder / "valkey"))


def _forget_phoenix() -> None:
    """Keep the libraries that Phoenix and its tests import, and forget Phoenix and the tests, which each mutant imports itself."""
    for test in sorted({test for files in PARTS.values() for tests in files.values() for test in tests}):
        importlib.import_module(test.removesuffix(".py").replace("/", "."))
    for name in [name for name in sys.modules if name.partition(".")[0] in {"phoenix", "tests"}]:
        del sys.modules[name]


def _try(folder: Path, job: dict[str, Any]) -> dict[str, str]:
    note, log = folder / "note", folder / "log"
    note.write_text("")
    _empty_valkey()
    child = os.fork()
    if child == 0:
        status = 70
        try:
            status = _run_tests(folder, note, log, job)
        except Exception:  # noqa: BLE001 - whatever the error, this process must end here
            log.write_text(traceback.format_exc())
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if os.WIFSIGNALED(status):
        asyncio.run(_drop_databases())
    noticed_by = note.read_text()
    if os.WIFSIGNALED(status):
        # A test that crashes the interpreter has noticed the change as well.
        outcome = "hung" if os.WTERMSIG(status) == signal.SIGALRM else "killed"
    else:
        outcome = {0: "survived", 3: "broken", 5: "no tests", 70: "broken"}.get(os.WEXITSTATUS(status), "killed")
    tail = log.read_text(errors="replace")[-6000:] if job["index"] < 0 or outcome in {"broken", "no tests"} else ""
    shutil.rmtree(folder / "base", ignore_errors=True)
    return {"outcome": outcome, "by": noticed_by if outcome in {"hung", "killed"} else "", "log": tail}


def _run_tests(folder: Path, note: Path, log: Path, job: dict[str, Any]) -> int:
    os.setsid()
    signal.alarm(SECONDS_A_TEST)
    quiet, written = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for target, source in ((0, quiet), (1, written), (2, written)):
        os.dup2(source, target)
    path = ROOT / SOURCE / job["path"]
    name = f"phoenix.{job['path'].removesuffix('.py').replace('/', '.')}".removesuffix(".__init__")
    code = compile(mutated(path.read_text(encoding="utf-8"), job["index"]), str(path), "exec")
    sys.meta_path.insert(0, Finder(name, path, code))
    options = ["-q", "-x", "-o", "addopts=--strict-markers --import-mode=importlib", "-m", "not slow and not browser"]
    options += ["-p", "no:cacheprovider", f"--rootdir={ROOT}", f"--basetemp={folder / 'base'}"]
    # The tests need no other plugin, and each plugin costs time at every start.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        return int(pytest.main([*options, *job["tests"]], plugins=[Watcher(note, job["first"], job["tests"])]))
    except BaseException:  # noqa: BLE001 - such as an error about unclosed resources after pytest has ended
        traceback.print_exc()
        return 1


def _empty_valkey() -> None:
    """Clear the rate limits that the last run used up, since some tests always have the same secret key."""
    parts = urlsplit(os.environ["PHOENIX_TEST_VALKEY_URL"])
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection, connection.makefile("rwb") as stream:
        stream.write(f"AUTH {parts.password}\r\nFLUSHALL\r\n".encode())
        stream.flush()
        if [stream.readline(), stream.readline()] != [b"+OK\r\n", b"+OK\r\n"]:
            raise RuntimeError("Valkey could not be emptied.")


async def _drop_databases() -> None:
    """Drop the databases that killed tests have left behind."""
    connection = await asyncpg.connect(os.environ["PHOENIX_TEST_POSTGRES_URL"])
    try:
        for row in await connection.fetch("SELECT datname FROM pg_database WHERE datname LIKE 't\\_%'"):
            await connection.execute(f'DROP DATABASE "{row["datname"]}" WITH (FORCE)')
    finally:
        await connection.close()


if __name__ == "__main__":
    main()
