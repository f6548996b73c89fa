"""Lay out the files of a new module: the smallest one that has a page, a route, a table and an event."""

from __future__ import annotations

import keyword
from pathlib import Path

from phoenix.operations.lay_out import lay_out

FILES = Path(__file__).parent / "module_files"
PACKAGE = "phoenix.modules"


class BadName(ValueError):
    """The name cannot be used; the message says why and what to do."""


def new_module(name: str, folder: Path, *, package: str = PACKAGE) -> list[Path]:
    """Write the files into `folder/name`; the files written. Raises BadName; never overwrites anything.

    `package` is what the folder is called when it is imported.
    """
    check_module_name(name)
    if not all(is_name(part) for part in package.split(".")):
        raise BadName(f"{package!r} cannot be a Python package. Use names in lower case, such as acme.modules.")
    target = folder / name
    if target.exists():
        raise BadName(f"{target} already exists. Choose another name, or remove it first.")
    return lay_out(FILES, target, {**module_words(name), **import_words(package), "package": package})


def check_module_name(name: str) -> None:
    """Raises BadName where a module cannot be called this."""
    if not is_name(name):
        raise BadName(f"{name!r} cannot be a module. Use a plural noun in lower case, such as invoices.")


def is_name(name: str) -> bool:
    """Whether this is a Python name in lower case."""
    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name) and name == name.lower() and not name.startswith("_")


def import_words(package: str) -> dict[str, str]:
    """The blank lines between imports: Phoenix is of the module's own package, or one that is installed beside it."""
    is_ours = package.partition(".")[0] == "phoenix"
    return {"before_phoenix": "\n" if is_ours else "", "before_own": "" if is_ours else "\n"}


def module_words(name: str) -> dict[str, str]:
    """What templates call the module and one of its things."""
    single = name.removesuffix("s")
    if not is_name(single):
        single = name
    return {"MODULE": name, "Model": single.title().replace("_", ""), "single": single, "pre": single.replace("_", "")[:3]}
