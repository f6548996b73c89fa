"""What the architecture requires of a module's code: which modules it imports, whose tables it changes, how long its files are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from phoenix.kernel.registry import Registry
from phoenix.operations.check_module.found import Folder, Missing, package_of

MOST_LINES = 300
# A file imports from its own line and those below; import-linter enforces the same for Phoenix's own modules.
LAYERS = (
    ("module",),
    ("pages", "api", "jobs", "commands", "live", "cards", "identity", "personal", "owned", "banners", "samples", "lists"),
    ("actions",),
    ("items", "notices"),
    ("queries", "people"),
    ("events", "errors"),
)
LAYER = {name: number for number, names in enumerate(LAYERS) for name in names}
DOORS = frozenset({"actions", "events", "errors"})
SAYS_NOTHING = frozenset({"utils", "helpers", "common", "service", "manager"})
CHANGES = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM|LOCK TABLE) (\w+)")
READS = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE) (\w+)")
CREATES = re.compile(r"\bCREATE (?:UNLOGGED )?TABLE (\w+)")
REFERS = re.compile(r"\bREFERENCES (\w+)")


def missing_in_code(folder: Folder, registry: Registry) -> Iterator[Missing]:
    for path, tree in folder.sources.items():
        lines = len(_text(path).splitlines())
        if lines > MOST_LINES:
            yield Missing(path, f"It has {lines} lines, more than {MOST_LINES}. Make it a folder and split it by verb.")
        if path.stem in SAYS_NOTHING:
            yield Missing(path, f"The name {path.stem!r} does not say what is in the file. Name it after its content.")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _imports_inside(node):
                yield Missing(path, f"{node.name}() contains an import. Move it to the top of the file.")
    yield from _upward(folder)
    yield from _across(folder, registry)
    yield from _tables(folder, registry)


def _imports_inside(function: ast.AST) -> bool:
    return any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(function))


def _upward(folder: Folder) -> Iterator[Missing]:
    own = folder.package.split(".")
    for path in folder.code:
        here = path.relative_to(folder.module.folder).parts[0].removesuffix(".py")
        for parts in folder.imports(path):
            there = parts[len(own)] if parts[: len(own)] == own and len(parts) > len(own) else ""
            upward = LAYER.get(there, len(LAYERS)) < LAYER.get(here, -1)
            if upward or {here, there} == {"events", "errors"}:
                yield Missing(path, f"It imports {there}, which is above it. Only {there} may import {here}; move what both need down.")


def _across(folder: Folder, registry: Registry) -> Iterator[Missing]:
    module = folder.module
    packages = {other.name: package_of(other.folder).split(".") for other in registry.modules if other is not module}
    receivers = {other.name for other in registry.modules if other.receives}
    used = _modules_of_tables(folder, registry)
    for path in folder.sources:
        for parts in folder.imports(path):
            for name, package in packages.items():
                if parts[: len(package)] != package or len(parts) == len(package):
                    continue
                used.add(name)
                part = parts[len(package)]
                if part not in DOORS:
                    yield Missing(
                        path, f"It imports the {part} of {name}. Call one of its actions; only actions, events and errors are open."
                    )
                if name in receivers:
                    yield Missing(path, f"It imports {name}, which no module can import. Declare in module.py what {name} should show.")
    for name in sorted(used - set(module.needs)):
        yield Missing(folder.declaration, f'It uses the module {name}. Add "{name}" to needs.')
    for name in sorted(set(module.needs) - used):
        yield Missing(folder.declaration, f"It needs {name} but uses nothing of it. Remove it from needs.")


def _modules_of_tables(folder: Folder, registry: Registry) -> set[str]:
    """The other modules whose tables its SQL names."""
    named: set[str] = set()
    for path in folder.sources:
        # A migration may change tables that are another module's by now; what it needs is what its own tables refer to.
        text = _text(path)
        named |= set(READS.findall(text)) if path in folder.code else set(REFERS.findall(text)) - set(CREATES.findall(text))
    return {other.name for other in registry.modules if other is not folder.module and named & set(other.tables)}


def _tables(folder: Folder, registry: Registry) -> Iterator[Missing]:
    owners = {table: other.name for other in registry.modules for table in other.tables if other is not folder.module}
    for path in folder.code:
        for table in sorted(set(CHANGES.findall(_text(path))) & set(owners)):
            yield Missing(path, f"It changes {table}, a table of {owners[table]}. Call an action of {owners[table]} instead.")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
