"""What is missing for one of Phoenix's own modules in the clone around it: composition, contracts, tests, documents."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from phoenix.operations.check_module.found import Folder, Missing
from phoenix.settings.declare import variables_of

COMPOSITION = "src/phoenix/composition.py"


def missing_in_clone(folder: Folder, clone: Path) -> Iterator[Missing]:
    module = folder.module
    if f"{folder.package}.module import MODULE" not in _read(clone / COMPOSITION):
        line = f"from {folder.package}.module import MODULE as {module.name.upper()}"
        yield Missing(clone / COMPOSITION, f"Phoenix does not load it. Add: {line}, and {module.name.upper()} to OWN.")
    tests = clone / "tests" / "modules" / module.name
    if not any(tests.glob("test_*.py")):
        yield Missing(tests, "It has no tests. Write test_….py there; tests/operations/test_new_module.py shows how.")
    if f"`src/phoenix/modules/{module.name}/`" not in _read(clone / "docs" / "where.md"):
        yield Missing(clone / "docs" / "where.md", f"It is not in the table. Add a row with `src/phoenix/modules/{module.name}/`.")
    yield from _contracts(folder, clone / "pyproject.toml")
    yield from _settings(folder, clone / "docs" / "settings.md")
    yield from _document(folder, clone / "api" / "openapi.json")


def _contracts(folder: Folder, path: Path) -> Iterator[Missing]:
    for contract in tomllib.loads(_read(path)).get("tool", {}).get("importlinter", {}).get("contracts", []):
        listed = contract.get("containers", [])
        if listed and not any(fnmatchcase(folder.package, pattern) for pattern in listed):
            yield Missing(path, f"The import-linter contract “{contract['name']}” leaves it out. Add “{folder.package}” to it.")


def _settings(folder: Folder, path: Path) -> Iterator[Missing]:
    if folder.module.settings is None:
        return
    text = _read(path)
    for variable in variables_of(folder.module.settings, folder.module.settings_prefix):
        if f"`{variable.name}`" not in text:
            yield Missing(path, f"The setting {variable.name} is not in the table. Add it with its default and what it is.")


def _document(folder: Folder, path: Path) -> Iterator[Missing]:
    paths = json.loads(_read(path) or "{}").get("paths", {})
    for route in folder.module.routes:
        method, plain = min(route.http_methods), re.sub(r"{(\w+):\w+}", r"{\1}", min(route.paths))
        if plain.startswith("/api/") and method.lower() not in paths.get(plain, {}):
            yield Missing(path, f"{method} {plain} is not in the document of the API. Run: phoenix openapi")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
