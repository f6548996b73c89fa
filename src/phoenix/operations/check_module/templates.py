"""Whether every template that a module names exists, and every one that exists is named."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from phoenix.kernel.i18n.templates import HERE
from phoenix.kernel.registry import Registry
from phoenix.operations.check_module.found import Folder, Missing


def missing_in_templates(folder: Folder, registry: Registry) -> Iterator[Missing]:
    module = folder.module
    folders = {one.name: one.templates for one in registry.modules}
    for path, name in _named(folder):
        if not _is_there(name, folders):
            yield Missing(path, f"It names the template {name}, which does not exist. Write it, or correct the name.")
    if not module.templates.is_dir():
        return
    everything = "\n".join(
        path.read_text(encoding="utf-8")
        for one in registry.modules
        for path in sorted(one.folder.rglob("*"))
        if path.suffix in {".py", ".html"}
    )
    for path in sorted(module.templates.rglob("*.html")):
        name = f"{module.name}/{path.relative_to(module.templates).as_posix()}"
        if name not in everything:
            yield Missing(path, f"Nothing shows this template. Use it as {name}, or remove it.")


def _named(folder: Folder) -> Iterator[tuple[Path, str]]:
    """The templates that its pages show and its declaration names, with the file that names them."""
    for path, tree in folder.code.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "View" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield path, first.value
    module, file = folder.module, folder.declaration
    declared = [
        *(kind.feed for kind in module.events),
        *(card.template for card in module.cards),
        *(card.figures for card in module.cards),
        *(slot.template for slot in module.slots),
    ]
    yield from ((file, name) for name in declared if name)


def _is_there(name: str, folders: dict[str, Path]) -> bool:
    owner, _, rest = name.partition("/")
    return (HERE / name).is_file() or (owner in folders and (folders[owner] / rest).is_file())
