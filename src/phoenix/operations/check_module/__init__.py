"""What is missing from a module, inside its folder and outside: for each problem, the file to change and how."""

from __future__ import annotations

from phoenix.kernel.module import Module
from phoenix.kernel.registry import Registry
from phoenix.operations.check_module.clone import missing_in_clone
from phoenix.operations.check_module.code import missing_in_code
from phoenix.operations.check_module.declaration import missing_in_declaration
from phoenix.operations.check_module.found import Folder, Missing, clone_of, package_of
from phoenix.operations.check_module.migrations import missing_in_migrations
from phoenix.operations.check_module.templates import missing_in_templates
from phoenix.operations.check_module.translations import missing_in_translations

__all__ = ["Missing", "check_module"]


def check_module(module: Module, registry: Registry) -> list[Missing]:
    """What `module` leaves undone among the modules of `registry`, which it is one of.

    A module in a clone of Phoenix is also looked for in the tests, the documentation and the contracts there.
    """
    folder = Folder(module, package_of(module.folder), clone_of(module.folder))
    missing = [
        *missing_in_declaration(folder, registry),
        *missing_in_code(folder, registry),
        *missing_in_templates(folder, registry),
        *missing_in_migrations(folder, registry),
        *missing_in_translations(folder),
    ]
    if folder.clone is not None:
        missing += missing_in_clone(folder, folder.clone)
    return missing
