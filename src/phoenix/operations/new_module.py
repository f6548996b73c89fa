"""Lay out the files of a new module: the smallest one that has a page, a route, a table and an event."""

from __future__ import annotations

import keyword
from pathlib import Path

from phoenix.operations.migrate import MigrationError

FILES = Path(__file__).parent / "module_files"


class BadName(MigrationError):
    """The name cannot be a module's."""


def new_module(name: str, folder: Path) -> list[Path]:
    """Write the files into `folder/name`; the files written. Raises BadName; never overwrites anything."""
    if not name.isidentifier() or keyword.iskeyword(name) or name != name.lower() or name.startswith("_"):
        raise BadName(f"{name!r} cannot be a module. Use a plural noun in lower case, such as invoices.")
    target = folder / name
    if target.exists():
        raise BadName(f"{target} is there already. Choose another name, or remove it first.")
    single = name.removesuffix("s")
    words = {"MODULE": name, "Model": single.title().replace("_", ""), "single": single, "pre": single.replace("_", "")[:3]}
    written = []
    for source in sorted(FILES.rglob("*.txt")):
        path = target / str(source.relative_to(FILES)).removesuffix(".txt").replace("MODULE", name)
        text = source.read_text(encoding="utf-8")
        for word, value in words.items():
            text = text.replace(f"<{word}>", value)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
