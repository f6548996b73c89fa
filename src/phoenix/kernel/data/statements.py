"""The statements of a request, with their times and the line that made them, for the log and the debug page in development.

Values are never recorded, since they are personal data. In production no connection is of this kind, and nothing here runs.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import asyncpg

T = TypeVar("T")

CODE = Path(__file__).parents[2]
_noted: ContextVar[list[Statement] | None] = ContextVar("statements", default=None)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its SQL without values, the line that made it, and how long it took."""

    sql: str
    where: str
    milliseconds: float
    failed: bool = False


@contextmanager
def noting() -> Iterator[list[Statement]]:
    """Record the statements of the block. The list grows as they are made."""
    made: list[Statement] = []
    token = _noted.set(made)
    try:
        yield made
    finally:
        _noted.reset(token)


def noted() -> list[Statement]:
    """The statements recorded so far in this context; none outside `noting`."""
    return _noted.get() or []


class NotingConnection(asyncpg.Connection):  # type: ignore[misc]
    """A connection that records its statements. All but those of cursors go through these five methods, BEGIN and COMMIT included."""

    async def execute(self, query: str, *args: Any, **options: Any) -> Any:
        return await _note(query, super().execute(query, *args, **options))

    async def executemany(self, command: str, args: Any, **options: Any) -> Any:
        return await _note(command, super().executemany(command, args, **options))

    async def fetch(self, query: str, *args: Any, **options: Any) -> Any:
        return await _note(query, super().fetch(query, *args, **options))

    async def fetchrow(self, query: str, *args: Any, **options: Any) -> Any:
        return await _note(query, super().fetchrow(query, *args, **options))

    async def fetchval(self, query: str, *args: Any, **options: Any) -> Any:
        return await _note(query, super().fetchval(query, *args, **options))


async def _note(sql: str, asking: Awaitable[T]) -> T:
    made = _noted.get()
    if made is None:
        return await asking
    where, begun, failed = _who_asks(sys._getframe(1)), time.perf_counter(), True  # noqa: SLF001 - the way to the stack
    try:
        result = await asking
        failed = False
    finally:
        made.append(Statement(" ".join(sql.split()), where, (time.perf_counter() - begun) * 1000, failed))
    return result


def _who_asks(frame: FrameType | None) -> str:
    """The file and line in the module that made the statement; in the kernel where no module did, as for reading a session."""
    kernel = ""
    while frame is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if name == "phoenix.app":
            # The end of the request: everything further out is the server.
            break
        if name.startswith("phoenix.kernel."):
            kernel = kernel or ("" if name.startswith("phoenix.kernel.data.") else _location(frame))
        elif name.partition(".")[0] not in sys.stdlib_module_names and "site-packages" not in frame.f_code.co_filename:
            return _location(frame)
        frame = frame.f_back
    return kernel or "phoenix"


def _location(frame: FrameType) -> str:
    path = Path(frame.f_code.co_filename)
    return f"{path.relative_to(CODE) if path.is_relative_to(CODE) else path}:{frame.f_lineno}"
