"""The bundled styles and scripts: are they all there?"""

from __future__ import annotations

import json
from pathlib import Path

FIX = "In a clone, run `make setup`. Elsewhere, install Phoenix again, or correct PHOENIX_STATIC."


def missing_asset(static: Path) -> Path | None:
    """The first file of the bundles that is not in this folder; None where every page finds what it needs."""
    manifest = static / "manifest.json"
    try:
        chunks = json.loads(manifest.read_bytes()).values()
        names = [chunk["file"] for chunk in chunks]
    except (OSError, ValueError, AttributeError, TypeError, KeyError):
        return manifest
    return next((path for path in (static / name for name in names) if not path.is_file()), None if names else manifest)
