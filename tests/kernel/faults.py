"""Errors raised at the awaits of background tasks, one at a time: where a task waits, it is resumed with an error instead."""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import Awaitable, Callable, Generator
from typing import Any

import pytest
from tests.source import SOURCE

from phoenix.kernel.background import Alive, Background, Work

OURS = str(SOURCE)
# Where in the pool or the cache a task waits depends on what others do there at the same time.
SHARED = (str(SOURCE / "kernel/data/database.py"), str(SOURCE / "kernel/cache"))


class Faults:
    """Knows where each task waited, and raises an error at one of these places, once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen: dict[str, set[str]] = {}
        self._armed: tuple[str, str, Exception] | None = None
        self._restart = ""
        self.raised = asyncio.Event()
        self.owners: dict[str, Any] = {}
        start = Background.start

        def start_with_faults(background: Background, name: str, work: Work, **options: Any) -> None:
            self.seen[name] = set()
            self.owners[name] = getattr(options.get("stop"), "__self__", None)
            start(background, name, lambda alive: self._run(name, work, alive), **options)

        monkeypatch.setattr(Background, "start", start_with_faults)

    def arm(self, task: str, place: str, error: Exception) -> None:
        self.raised.clear()
        self._armed = (task, place, error)

    def restart(self, task: str) -> None:
        """Make it begin again: some of its places are at its beginning only."""
        self._restart = task

    def due(self, task: str, place: str) -> Exception | None:
        """The error to raise where this task waits here."""
        self.seen[task].add(place)
        if self._armed is None or self._armed[:2] != (task, place):
            if self._restart != task:
                return None
            self._restart = ""
            return OSError("to begin again")
        error, self._armed = self._armed[2], None
        self.raised.set()
        return error

    async def _run(self, name: str, work: Callable[[Alive], Awaitable[None]], alive: Alive) -> None:
        await _Stepwise(self, name, work(alive))


class _Stepwise:
    """An awaitable driven by hand."""

    def __init__(self, faults: Faults, name: str, awaited: Any) -> None:
        self._faults = faults
        self._name = name
        self._awaited = awaited

    def __await__(self) -> Generator[Any, Any, Any]:
        step: Callable[[Any], Any] = self._awaited.send
        given: Any = None
        while True:
            try:
                waits_for = step(given)
            except StopIteration as ended:
                return ended.value
            place, in_driver = _place(self._awaited)
            error = self._faults.due(self._name, place)
            if error is not None and not in_driver:
                step, given = self._awaited.throw, error
                continue
            try:
                given, step = (yield waits_for), self._awaited.send
                if error is not None:
                    given, step = error, self._awaited.throw
            except BaseException as thrown:  # noqa: BLE001 - passed on to whoever waits
                given, step = thrown, self._awaited.throw


def _place(awaited: Any) -> tuple[str, bool]:
    """The lines of our own code that it waits in, from the outside in; and whether a statement is under way.

    That one is answered before the error is raised: a driver left in the middle of a statement fails in ways of its own.
    """
    lines, in_driver = [], False
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "gi_frame", None)
        if frame is not None:
            if frame.f_code.co_filename.startswith(OURS) and not frame.f_code.co_filename.startswith(SHARED):
                lines.append(f"{frame.f_code.co_name}:{frame.f_lineno}")
            in_driver |= f"{os.sep}asyncpg{os.sep}" in frame.f_code.co_filename
        awaited = awaited.cr_await if inspect.iscoroutine(awaited) else getattr(awaited, "gi_yieldfrom", None)
    return " ".join(lines), in_driver
