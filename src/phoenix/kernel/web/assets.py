"""Check that the bundled styles and scripts are complete."""

from __future__ import annotations

import json
from pathlib import Path

FIX = "In a clone, run `make setup`. Elsewhere, install Phoenix again, or correct PHOENIX_STATIC."


def missing_asset(static: Path) -> Path | None:
    """The first bundled file that is missing from this folder; None if all are there."""
    manifest = static / "manifest.json"
    try:
        chunks = json.loads(manifest.read_bytes()).values()
        names = [chunk["file"] for chunk in chunks]
    except (OSError, ValueError, AttributeError, TypeError, KeyError):
        return manifest
    return next((path for path in (static / name for name in names) if not path.is_file()), None if names else manifest)
