"""References to modules of other packages: in PHOENIX_MODULES, or in entry points of the group `phoenix.modules`.

Reading them imports nothing of theirs, and little of ours, so that a wrong name is reported at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from phoenix.settings import SettingsError

GROUP = "phoenix.modules"
VARIABLE = "PHOENIX_MODULES"
REFERENCE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


def references(env: Mapping[str, str]) -> list[str]:
    """Where the modules are, as `package.module:NAME`: those of PHOENIX_MODULES, else those of installed packages.

    Raises SettingsError if PHOENIX_MODULES contains anything else.
    """
    if env.get(VARIABLE, "").strip():
        listed = [part.strip() for part in env[VARIABLE].split(",") if part.strip()]
        for reference in listed:
            if not REFERENCE.fullmatch(reference):
                raise SettingsError(
                    f"{VARIABLE} contains {reference[:80]!r}; use the form package.module:NAME, such as acme.notes.module:MODULE."
                )
        return listed
    found = entry_points(group=GROUP)
    return [point.value for point in sorted(found, key=lambda point: (point.dist.name if point.dist else "", point.name))]


def folder_of(reference: str) -> Path:
    """The folder of a module. Raises SettingsError if there is none."""
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
