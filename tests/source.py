"""The location of the code, and every named query in it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import phoenix
from phoenix.kernel.data.listed import Listed
from phoenix.kernel.data.query import Query

SOURCE = Path(phoenix.__file__).parent
ROOT = SOURCE.parent.parent


def queries() -> Iterator[tuple[str, Query[Any]]]:
    """Every named SQL text of the product."""
    for found in pkgutil.walk_packages(phoenix.__path__, "phoenix."):
        if ".migrations." in found.name or found.name.endswith("__main__"):
            continue
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            if isinstance(value, Query):
                yield f"{found.name}.{name}", value
            if isinstance(value, Listed) and ".queries" in found.name:
                yield from ((f"{found.name}.{name}[{plan.name}]", plan.query) for plan in value.plans())


QUERIES = dict(queries())
