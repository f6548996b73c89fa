"""`phoenix shell`: a Python prompt with the runtime open and top-level `await`."""

from __future__ import annotations

import ast
import asyncio
import code
import contextlib
import inspect
import sys
import types
from typing import Any

with contextlib.suppress(ImportError):
    # Arrow keys and history, if Python supports them.
    import readline  # noqa: F401

BANNER = """Phoenix {version}, {environment}. Changes you make here are real.
  runtime         settings, database, cache, mailer and the rest
  registry        every module that is composed
  sql(text, …)    the rows of a statement, each by itself
  transaction()   async with transaction() as tx: …
Ctrl-D exits."""


class Console(code.InteractiveConsole):
    """The standard prompt, whose statements run on an event loop of ours, one after the other."""

    def __init__(self, names: dict[str, Any], runner: asyncio.Runner) -> None:
        super().__init__(names)
        self.compile.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._runner = runner

    def runcode(self, code: types.CodeType) -> None:
        try:
            result = types.FunctionType(code, self.locals)()
            if inspect.iscoroutine(result):
                self._runner.run(result)
        except SystemExit:
            raise
        except BaseException:  # noqa: BLE001 - whatever someone typed; the prompt goes on
            self.showtraceback()


def talk(names: dict[str, Any], banner: str, runner: asyncio.Runner) -> None:
    """Run the prompt until the end of the input."""
    prompts = ("phoenix> ", "     ... ") if sys.stdin.isatty() else ("", "")
    sys.ps1, sys.ps2 = prompts
    Console(names, runner).interact(banner=banner, exitmsg="")
