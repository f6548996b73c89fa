"""Create a new product: a Python package that depends on Phoenix and has a module, with tests and a Makefile."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path

from phoenix import __version__
from phoenix.operations.lay_out import lay_out
from phoenix.operations.new_module import BadName, check_module_name, is_name, module_words, new_module

FILES = Path(__file__).parent / "product_files"
RESERVED = frozenset({"phoenix", "phoenix_platform", "tests", "test"}) | sys.stdlib_module_names


def new_product(name: str, target: Path, *, module: str = "notes", taken: Collection[str] = ()) -> list[Path]:
    """Write the package into `target`, with one module. Returns the files written.

    `taken` are the modules of Phoenix. Raises BadName; never overwrites anything.
    """
    folder = name.replace("-", "_")
    if not is_name(folder) or folder.endswith("_") or "__" in folder:
        raise BadName(f"{name!r} cannot be a product. Use lower-case letters, digits and hyphens, starting with a letter, such as acme.")
    if folder in RESERVED:
        raise BadName(f"{name!r} is the name of another Python package. Choose another name, such as my-{name}.")
    check_module_name(module)
    if module in taken:
        raise BadName(f"Phoenix already has a module called {module}. Choose another name with --module.")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadName(f"{target} already exists. Choose another folder, or remove it first.")
    words = {
        **module_words(module),
        "product": name,
        "Product": name.replace("-", " ").replace("_", " ").title(),
        "FOLDER": folder,
        "folder": folder,
        "wheel": folder,
        "version": __version__,
        # A file with a name that starts with a dot would be left out of the wheel.
        "DOT": ".",
    }
    return [*lay_out(FILES, target, words), *new_module(module, target / "src" / folder, package=folder)]
