"""Run mutants and report those that no test notices.

    .venv/bin/python -m tools.mutation [PART | FILE]... [--minutes 40] [--workers 2] [--report]

FILE is relative to src/phoenix, such as kernel/cache/limits.py. Exit status: 75 if the time ran out before all were tried (run it
again to continue), otherwise 0 if at least 90 % were noticed and 1 if fewer; 2 if the run itself failed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from queue import Empty, SimpleQueue
from typing import Any

from tools.mutation.equivalent import EQUIVALENT
from tools.mutation.mutants import Mutant, mutants_of
from tools.mutation.results import NOTICED, known, store
from tools.mutation.table import PARTS, ROOT, SOURCE, tests_of

ENOUGH = 0.9
UNCHANGED = -1
TRY_AGAIN = 75


class BrokenRun(Exception):
    """A test fails without any change, or a mutant could not be tried."""


class Worker:
    """A warm process that tries mutants, one after the other."""

    def __init__(self) -> None:
        environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
        command = [sys.executable, "-m", "tools.mutation.worker"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise BrokenRun("A worker has no pipes.")
        self._jobs, self._answers = self._process.stdin, self._process.stdout
        if self._line() != "ready":
            raise BrokenRun("A worker did not start. See: python -m tools.mutation.worker")

    def try_one(self, path: str, index: int, first: list[str]) -> dict[str, Any]:
        job = {"path": path, "index": index, "tests": tests_of(path), "first": first}
        print(json.dumps(job), file=self._jobs, flush=True)
        answer: dict[str, Any] = json.loads(self._line())
        if answer["outcome"] in {"broken", "no tests"} or (index == UNCHANGED and answer["outcome"] != "survived"):
            raise BrokenRun(f"{path} ({answer['outcome']}, {answer['by']}):\n{answer['log']}")
        return answer

    def stop(self) -> None:
        self._jobs.close()
        self._process.wait(60)
        self._answers.close()

    def _line(self) -> str:
        return self._answers.readline().strip()


@dataclass(slots=True)
class Run:
    """The mutants still to try, shared by the threads, each of which controls one worker."""

    deadline: float
    waiting: SimpleQueue[tuple[str, Mutant]] = field(default_factory=SimpleQueue)
    noticed_by: dict[str, Counter[str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    sound: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    done: int = 0
    amount: int = 0

    def work(self) -> None:
        try:
            worker = Worker()
            try:
                self._take_turns(worker)
            finally:
                worker.stop()
        except BrokenRun as error:
            self.wrong.append(str(error))

    def _take_turns(self, worker: Worker) -> None:
        while time.monotonic() < self.deadline and not self.wrong:
            try:
                path, mutant = self.waiting.get_nowait()
            except Empty:
                return
            with self.lock:
                is_new = path not in self.sound
                self.sound.add(path)
            if is_new:
                worker.try_one(path, UNCHANGED, [])
            counts = self.noticed_by[path]
            answer = worker.try_one(path, mutant.index, [test for test, _ in counts.most_common(12)])
            with self.lock:
                counts.update([answer["by"]] if answer["by"] else [])
                self.done += 1
                store(path, mutant.key, answer["outcome"], answer["by"])
                print(f"{self.done}/{self.amount} {answer['outcome']:8} {SOURCE}{path}:{mutant.line}  {mutant.change}", flush=True)


def run(files: list[str], minutes: float, workers: int) -> Run:
    """Try every mutant of these files that has no result yet."""
    made = Run(time.monotonic() + minutes * 60)
    for path in files:
        results = known(path)
        made.noticed_by[path] = Counter(result.by for result in results.values() if result.by)
        for mutant in _mutants(path):
            if mutant.key not in results and mutant.key not in EQUIVALENT.get(path, {}):
                made.waiting.put((path, mutant))
                made.amount += 1
    if made.amount:
        threads = [threading.Thread(target=made.work) for _ in range(min(workers, made.amount))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return made


def report(files: list[str]) -> int:
    """Print figures by file and the changes that no test noticed; returns the exit status."""
    tried = noticed = missing = 0
    for path in files:
        results, counts, survivors = known(path), Counter[str](), []
        for mutant in _mutants(path):
            result = results.get(mutant.key)
            outcome = "equivalent" if mutant.key in EQUIVALENT.get(path, {}) else result.outcome if result else "missing"
            counts[outcome] += 1
            if outcome == "survived":
                survivors.append(f"    {SOURCE}{path}:{mutant.line}  {mutant.change}\n        {mutant.key}")
        here = sum(counts[outcome] for outcome in NOTICED)
        all_here = here + counts["survived"]
        said = f"{here} of {all_here} noticed ({here / all_here:.0%})" if all_here else "nothing tried"
        print(
            f"{path}: {said}, {counts['hung']} of them because they hung, {counts['equivalent']} equivalent, {counts['missing']} not tried yet"
        )
        print("".join(f"{line}\n" for line in survivors), end="")
        tried, noticed, missing = tried + all_here, noticed + here, missing + counts["missing"]
    print(f"Total: {noticed} of {tried} noticed ({noticed / max(tried, 1):.1%})")
    return exit_status(noticed, tried, missing)


def exit_status(noticed: int, tried: int, missing: int) -> int:
    """The exit status of a run. An unfinished run has no meaningful percentage yet."""
    if missing:
        return TRY_AGAIN
    return 1 if noticed < ENOUGH * tried else 0


def _mutants(path: str) -> list[Mutant]:
    return mutants_of((ROOT / SOURCE / path).read_text(encoding="utf-8"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools.mutation", description=__doc__)
    parser.add_argument("what", nargs="*", default=list(PARTS))
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--report", action="store_true", help="print the known results without running anything")
    chosen = parser.parse_args()
    if unknown := set(chosen.what) - {*PARTS, *chain.from_iterable(PARTS.values())}:
        parser.error(f"not a part or file in tools/mutation/table.py: {', '.join(sorted(unknown))}")
    files = [path for what in chosen.what for path in PARTS.get(what, (what,))]
    made = run(files, 0 if chosen.report else chosen.minutes, chosen.workers)
    if made.wrong:
        print("\n".join(made.wrong), file=sys.stderr)
        return 2
    return report(files)


if __name__ == "__main__":
    sys.exit(main())
