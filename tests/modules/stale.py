"""Records what writes make stale: the function that invalidated it, the keys, and what the commit marked."""

from __future__ import annotations

import ast
import contextlib
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from unittest.mock import patch

from tests.harness import Harness

import phoenix
from phoenix.kernel.cache.keys import Key
from phoenix.kernel.data.database import Transaction

MODULES = Path(phoenix.__file__).parent / "modules"


class Noted:
    """`said` has the keys that each function invalidated; `marked` has the keys that commits marked."""

    def __init__(self) -> None:
        self.said: dict[str, set[str]] = {}
        self.marked: set[str] = set()


@contextlib.contextmanager
def noting(harness: Harness) -> Iterator[Noted]:
    """Record what is made stale during the block."""
    noted, invalidate = Noted(), Transaction.invalidate
    generations = harness.runtime.database.generations
    begin = generations.begin

    def note(tx: Transaction, *keys: Key) -> None:
        caller = sys._getframe(1)
        site = f"{caller.f_globals['__name__'].removeprefix('phoenix.modules.')}.{caller.f_code.co_name}"
        noted.said.setdefault(site, set()).update(keys)
        invalidate(tx, *keys)

    async def mark(keys: Collection[str]) -> int:
        noted.marked.update(keys)
        return await begin(keys)

    with patch.object(Transaction, "invalidate", note), patch.object(generations, "begin", mark):
        yield noted


def sites() -> set[str]:
    """Every function of a module that invalidates keys."""
    found = set()
    for path in sorted(MODULES.rglob("*.py")):
        module = ".".join(path.relative_to(MODULES).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                calls = (call for call in ast.walk(node) if isinstance(call, ast.Call))
                if any(ast.unparse(call.func) == "tx.invalidate" for call in calls):
                    found.add(f"{module}.{node.name}")
    return found
