"""A module's folder as the checks read it, and the problems they find."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from phoenix.kernel.module import Module


@dataclass(frozen=True, slots=True)
class Missing:
    """One problem: the file to change, and a sentence or two that say what is wrong and what to do."""

    file: Path
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}: {self.sentence}"


@dataclass(frozen=True)
class Folder:
    """A module, what Python calls its folder, and the clone of Phoenix it is in, if it is in one."""

    module: Module
    package: str
    clone: Path | None

    @property
    def declaration(self) -> Path:
        return self.module.folder / "module.py"

    @cached_property
    def sources(self) -> dict[Path, ast.Module]:
        """Its Python files, parsed."""
        return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(self.module.folder.rglob("*.py"))}

    @property
    def code(self) -> dict[Path, ast.Module]:
        """As `sources`, without the migrations."""
        return {path: tree for path, tree in self.sources.items() if self.module.migrations not in path.parents}

    def imports(self, path: Path) -> Iterator[list[str]]:
        """What a file imports, as the parts of a dotted name: of `from a.b import c`, a, b and c."""
        for node in ast.walk(self.sources[path]):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".") for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ([*(node.module or "").split("."), alias.name] for alias in node.names)

    def texts(self) -> Iterator[tuple[Path, str]]:
        """Every text in its code, with the file it is in."""
        for path, tree in self.code.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield path, node.value


def package_of(folder: Path) -> str:
    """What Python calls a folder, such as phoenix.modules.entries."""
    parts = [folder.name]
    while (folder := folder.parent).joinpath("__init__.py").exists():
        parts.insert(0, folder.name)
    return ".".join(parts)


def clone_of(folder: Path) -> Path | None:
    """The clone of Phoenix whose own module this is; None for a module of another package, or of an installed Phoenix."""
    root = folder.parents[3] if len(folder.parents) > 3 else folder
    is_ours = folder.parent == root / "src" / "phoenix" / "modules" and (root / "pyproject.toml").exists()
    return root if is_ours else None
