"""Modules of other packages: named by PHOENIX_MODULES, or by entry points of the group `phoenix.modules`.

Finding them imports only the packages that contain them, so that `phoenix up` can look without loading them.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from phoenix.kernel.module import Module
from phoenix.operations.references import VARIABLE, folder_of
from phoenix.settings import SettingsError


def load(listed: Sequence[str]) -> list[Module]:
    """Load the modules. Raises SettingsError if a name refers to something else."""
    loaded = []
    for reference in listed:
        folder_of(reference)
        name, _, attribute = reference.partition(":")
        module = getattr(importlib.import_module(name), attribute, None)
        if not isinstance(module, Module):
            raise SettingsError(f"{VARIABLE} names {reference}, which is not a Phoenix module.")
        loaded.append(module)
    return loaded


def ordered(own: Sequence[Module], added: Sequence[Module]) -> tuple[Module, ...]:
    """Our modules first, then the others, each after its dependencies and otherwise in the order listed."""
    placed, waiting = list(own), list(added)
    while waiting:
        known = {module.name for module in placed}
        # A module with missing dependencies is included all the same: the registry reports what is missing.
        following = next((module for module in waiting if known.issuperset(module.needs)), waiting[0])
        waiting.remove(following)
        placed.append(following)
    return tuple(placed)
