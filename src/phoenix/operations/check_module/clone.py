"""What is missing for one of Phoenix's own modules in the clone around it: composition, contracts, tests, documents."""

from __future__ import annotations

import ast
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
    if f'    "{module.name}",\n' not in _read(clone / COMPOSITION):
        yield Missing(clone / COMPOSITION, f'Phoenix does not load it. Add a line to NAMES: "{module.name}",')
    tests = clone / "tests" / "modules" / module.name
    if not any(tests.glob("test_*.py")):
        yield Missing(tests, "It has no tests. Write test_….py there; tests/operations/test_new_module.py shows how.")
    if f"`src/phoenix/modules/{module.name}/`" not in _read(clone / "docs" / "where.md"):
        yield Missing(clone / "docs" / "where.md", f"It is not in the table. Add a row with `src/phoenix/modules/{module.name}/`.")
    yield from _architecture(folder, clone / "docs" / "ARCHITECTURE.md")
    yield from _protection(folder, clone / "docs" / "protection.md")
    yield from _pages(folder, clone / "tests" / "web")
    yield from _stale(folder, clone / "tests" / "modules" / "test_what_writes_make_stale.py")
    yield from _contracts(folder, clone / "pyproject.toml")
    yield from _settings(folder, clone / "docs" / "settings.md")
    yield from _document(folder, clone / "api" / "openapi.json")


def _architecture(folder: Folder, path: Path) -> Iterator[Missing]:
    """The tree in the architecture document must name every module, and so must the table of what each owns."""
    name, text = folder.module.name, _read(path)
    tree = "".join(re.findall(r"```\n(.*?)```", text, flags=re.DOTALL)[:1])
    if not re.search(rf"\b{name}\b", tree):
        yield Missing(path, f"It is missing from the tree. Add {name} to the line of modules/.")
    if f"`{name}`" not in text:
        yield Missing(path, f"It is missing from the table of modules. Add a row with `{name}` and what it owns.")


def _protection(folder: Folder, path: Path) -> Iterator[Missing]:
    text = _read(path)
    for permission in folder.module.permissions:
        if permission.scope == "organisation" and f"| `{permission.name}` |" not in text:
            yield Missing(path, f"The table of permissions lacks {permission.name}. Add a row with the roles that have it.")


def _pages(folder: Folder, tests: Path) -> Iterator[Missing]:
    """The tests of pages must show every template, directly or as part of another."""
    shown = "\n".join(_read(path) for path in sorted(tests.glob("*.py")))
    modules = folder.module.folder.parent
    included = "\n".join(_read(path) for path in sorted(modules.glob("*/templates/**/*.html")))
    for path in sorted(folder.module.templates.rglob("*.html")):
        name = f'"{folder.module.name}/{path.relative_to(folder.module.templates).as_posix()}"'
        if name not in shown and name not in included:
            yield Missing(tests, f"No test there shows {name}. Add it with sample data to PAGES in pages.py, or to FEED in samples.py.")


def _stale(folder: Folder, path: Path) -> Iterator[Missing]:
    """Every function that marks cached values as stale must have a row in the test that checks all of them."""
    text = _read(path)
    for file, tree in folder.code.items():
        parts = file.relative_to(folder.module.folder.parent).with_suffix("").parts
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and _invalidates(function):
                site = ".".join([*(part for part in parts if part != "__init__"), function.name])
                if f'"{site}"' not in text:
                    yield Missing(path, f'{site} makes cached values stale, but no test covers it. Add Write("{site}", …) to WRITES.')


def _invalidates(function: ast.AST) -> bool:
    return any(isinstance(node, ast.Call) and ast.unparse(node.func) == "tx.invalidate" for node in ast.walk(function))


def _contracts(folder: Folder, path: Path) -> Iterator[Missing]:
    for contract in tomllib.loads(_read(path)).get("tool", {}).get("importlinter", {}).get("contracts", []):
        # Others are about what is inside a part of the product.
        modules = folder.package.rpartition(".")[0] + "."
        listed = [pattern for pattern in contract.get("containers", []) if pattern.startswith(modules)]
        if listed and not any(fnmatchcase(folder.package, pattern) for pattern in listed):
            yield Missing(path, f"The import-linter contract “{contract['name']}” does not cover it. Add “{folder.package}” to it.")


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
            yield Missing(path, f"{method} {plain} is not in the API document. Run: phoenix openapi")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
