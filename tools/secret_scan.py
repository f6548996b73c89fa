#!/usr/bin/env python
"""Secrets that were written into a file by mistake. What looks like one and is none is listed in .secrets.baseline.

After looking at what is new: tools/secret_scan.py --accept. Works without git, and a line that moves is not new.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from detect_secrets import SecretsCollection
from detect_secrets.core import baseline
from detect_secrets.settings import default_settings

ROOT = Path(__file__).parents[1]
BASELINE = Path(".secrets.baseline")
INSTALLED = {".git", ".venv", "node_modules", "__pycache__", ".hypothesis"}
BUILT = {Path("data"), Path("build"), Path("dist"), Path("src/phoenix/static")}
# Lock files are full of hashes.
SKIPPED = {BASELINE, Path("package-lock.json"), Path("requirements/develop.txt"), Path("requirements/run.txt")}
# Made up for the dumps of releases, and used nowhere else.
RELEASES, RELEASED = Path("tests/releases"), {"dump.sql", "release.json"}
PICTURES = {".png", ".jpg", ".webp", ".woff2", ".ico"}


def files() -> Iterator[str]:
    """Everything somebody wrote here, by its path from the root."""
    for place, folders, names in os.walk("."):
        here = Path(place)
        folders[:] = sorted(
            name for name in folders if name not in INSTALLED and not name.endswith(("_cache", ".egg-info")) and here / name not in BUILT
        )
        skipped = SKIPPED | {here / name for name in RELEASED if here.parent == RELEASES}
        yield from (str(here / name) for name in sorted(names) if here / name not in skipped and Path(name).suffix not in PICTURES)


def scan() -> SecretsCollection:
    found = SecretsCollection()
    found.scan_files(*files())
    return found


def main(arguments: list[str]) -> int:
    os.chdir(ROOT)
    if "--accept" in arguments:
        with default_settings():
            baseline.save_to_file(scan(), str(BASELINE))
        return 0
    known = baseline.load(json.loads(BASELINE.read_text(encoding="utf-8")), str(BASELINE))
    accepted = {(name, secret.type, secret.secret_hash) for name, secret in known}
    new = [(name, secret) for name, secret in scan() if (name, secret.type, secret.secret_hash) not in accepted]
    for name, secret in new:
        print(f"{name}:{secret.line_number}: {secret.type}")
    if new:
        print("Take them out. If they are none: tools/secret_scan.py --accept")
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
