"""Messages on standard error while Phoenix starts, runs and stops."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

LABEL_WIDTH = 26


class Progress:
    """A line for each step, with the time it took; then the log lines of the children, each prefixed with its name."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def step(self, label: str) -> Iterator[None]:
        begun = time.monotonic()
        try:
            yield
        except BaseException:
            self._line("✗", "red", label, time.monotonic() - begun)
            raise
        self._line("✓", "green", label, time.monotonic() - begun)

    def say(self, sentence: str) -> None:
        self._print(Text.assemble(("• ", "yellow"), sentence))

    def refuse(self, sentence: str) -> None:
        self._print(Text.assemble(("✗ ", "red"), sentence))

    def pass_on(self, name: str, line: str) -> None:
        """A log line of a child. Lines that are JSON already name their source, and stay as they are for machines."""
        self._print(Text(line) if line.startswith("{") else Text.assemble((f"{name:>8} │ ", "dim"), Text.from_ansi(line)))

    def _line(self, mark: str, style: str, label: str, seconds: float) -> None:
        self._print(Text.assemble((f"{mark} ", style), f"{label:<{LABEL_WIDTH}}", (f"{seconds:6.1f} s", "dim")))

    def _print(self, text: Text) -> None:
        # A closed terminal must not prevent Phoenix from stopping properly.
        with self._lock, contextlib.suppress(OSError):
            self._console.print(text, soft_wrap=True)
