"""Modules that other packages bring: named by PHOENIX_MODULES, or by entry points of the group `phoenix.modules`.

Finding them imports nothing of theirs but the packages they lie in, so that `phoenix up` can look without loading them.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from phoenix.kernel.module import Module
from phoenix.settings import SettingsError

GROUP = "phoenix.modules"
VARIABLE = "PHOENIX_MODULES"
REFERENCE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


def references(env: Mapping[str, str]) -> list[str]:
    """Where the modules are, as `package.module:NAME`: those of PHOENIX_MODULES, else those of installed packages.

    Raises SettingsError where PHOENIX_MODULES holds something else.
    """
    if env.get(VARIABLE, "").strip():
        listed = [part.strip() for part in env[VARIABLE].split(",") if part.strip()]
        for reference in listed:
            if not REFERENCE.fullmatch(reference):
                raise SettingsError(f"{VARIABLE} holds {reference[:80]!r}; write package.module:NAME, such as acme.notes.module:MODULE.")
        return listed
    found = entry_points(group=GROUP)
    return [point.value for point in sorted(found, key=lambda point: (point.dist.name if point.dist else "", point.name))]


def folder_of(reference: str) -> Path:
    """The folder of a module. Raises SettingsError where there is none."""
    name = reference.partition(":")[0]
    try:
        spec = find_spec(name)
    except ImportError:
        spec = None
    if spec is None or spec.origin is None:
        raise SettingsError(
            f"{VARIABLE} names {reference}, and there is no Python module {name}. Install its package, or correct the name."
        )
    return Path(spec.origin).parent


def load(listed: Sequence[str]) -> list[Module]:
    """The modules themselves. Raises SettingsError where a name leads to something else."""
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
    """Ours first, then the others, each after those it needs and otherwise as they were listed."""
    placed, waiting = list(own), list(added)
    while waiting:
        known = {module.name for module in placed}
        # One whose needs are never met is placed all the same: the registry says which need is missing.
        following = next((module for module in waiting if known.issuperset(module.needs)), waiting[0])
        waiting.remove(following)
        placed.append(following)
    return tuple(placed)
