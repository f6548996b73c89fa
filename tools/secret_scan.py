#!/usr/bin/env python
"""Finds secrets written into a file by mistake. Harmless text that looks like a secret is listed in .secrets.baseline.

tools/secret_scan.py             everything in the tree; works without git, and a line that moves is not new
tools/secret_scan.py --staged    what the next commit would add
tools/secret_scan.py --history   every line that any commit ever added: a removed secret is still in every clone
--accept lists all findings as harmless, in .secrets.baseline or, for the history, in .secrets.history. Check them first.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from detect_secrets.core import baseline
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import default_settings

ROOT = Path(__file__).parents[1]
BASELINE, HISTORY = Path(".secrets.baseline"), Path(".secrets.history")
INSTALLED = {".git", ".venv", "node_modules", "__pycache__", ".hypothesis"}
BUILT = {Path(name) for name in ("data", "build", "dist", "src/phoenix/static", ".test-long", "test-results")}
# Full of hashes.
SKIPPED = {BASELINE, HISTORY, Path("package-lock.json")}
# Created for the dumps of releases, and used nowhere else.
RELEASES, RELEASED = Path("tests/releases"), {"dump.sql", "release.json"}
PICTURES = {".png", ".jpg", ".webp", ".woff2", ".ico"}
ADDED = ("--no-color", "--no-ext-diff", "--no-renames", "--unified=0", "--diff-filter=AMR")


def is_read(path: Path) -> bool:
    released = path.parent.parent == RELEASES and path.name in RELEASED
    return not released and path not in SKIPPED and path.parent != Path("requirements") and path.suffix not in PICTURES


def files() -> Iterator[str]:
    """Every file that people wrote, by its path from the root."""
    for place, folders, names in os.walk("."):
        here = Path(place)
        folders[:] = sorted(
            name for name in folders if name not in INSTALLED and not name.endswith(("_cache", ".egg-info")) and here / name not in BUILT
        )
        yield from (str(here / name) for name in sorted(names) if is_read(here / name))


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr.decode(errors="replace").strip())
    return done.stdout.decode(errors="replace")


def added(difference: str) -> dict[Path, dict[str, str]]:
    """The lines that a `git diff` or `git log -p` adds, once per file, with the commit that first added them."""
    found: dict[Path, dict[str, str]] = {}
    path, commit = Path(), ""
    in_head = False
    for line in difference.split("\n"):
        if line.startswith("commit "):
            commit, in_head = line[7:19], True
        elif line.startswith("diff --git "):
            in_head = True
        elif line.startswith("@@"):
            in_head = False
        elif in_head and line.startswith("+++ "):
            path = Path(line[4:].removeprefix("b/").rstrip("\t"))
        elif not in_head and line.startswith("+") and is_read(path):
            found.setdefault(path, {})[line[1:]] = commit
    return found


def scan(names: Iterable[str]) -> SecretsCollection:
    found = SecretsCollection()
    found.scan_files(*names)
    return found


def scan_added(lines: dict[Path, dict[str, str]]) -> list[tuple[str, str, str]]:
    """The findings in added lines: place, kind and hash. Detectors consider file names, so the files keep theirs."""
    found = []
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for path, texts in lines.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(texts) + "\n", encoding="utf-8")
        for name, secret in scan(map(str, lines)):
            commit = list(lines[Path(name)].values())[secret.line_number - 1]
            found.append((f"{name}{f' in {commit}' if commit else ''}", secret.type, secret.secret_hash))
    return found


def known() -> tuple[set[tuple[str, str, str]], set[tuple[str, str]]]:
    """The text listed as harmless: in a file of the tree, and anywhere in the history."""
    listed = baseline.load(json.loads(BASELINE.read_text(encoding="utf-8")), str(BASELINE))
    here = {(name, secret.type, secret.secret_hash) for name, secret in listed}
    past = {tuple(line.rsplit(" ", 1)) for line in HISTORY.read_text(encoding="utf-8").splitlines()} if HISTORY.exists() else set()
    return here, {(kind, hashed) for _, kind, hashed in here} | {(kind, hashed) for kind, hashed in past}


def tree(*, accept: bool) -> list[str]:
    if accept:
        with default_settings():
            baseline.save_to_file(scan(files()), str(BASELINE))
        return []
    here, _ = known()
    return [
        f"{name}:{secret.line_number}: {secret.type}"
        for name, secret in scan(files())
        if (name, secret.type, secret.secret_hash) not in here
    ]


def staged() -> list[str]:
    _, anywhere = known()
    return [
        f"{where}: {kind}" for where, kind, hashed in scan_added(added(git("diff", "--cached", *ADDED))) if (kind, hashed) not in anywhere
    ]


def history(*, accept: bool) -> list[str]:
    if not Path(".git").exists():
        print("The history was not scanned: this is not a git clone.")
        return []
    if git("rev-parse", "--is-shallow-repository").strip() == "true":
        print("This clone has only part of the history, and only that was scanned.")
    lines = added(git("log", "--reverse", "--patch", "--format=commit %H", *ADDED))
    _, anywhere = known()
    new = [(where, kind, hashed) for where, kind, hashed in scan_added(lines) if (kind, hashed) not in anywhere]
    if accept:
        past = HISTORY.read_text(encoding="utf-8").splitlines() if HISTORY.exists() else []
        HISTORY.write_text("\n".join(sorted({*past, *(f"{kind} {hashed}" for _, kind, hashed in new)})) + "\n", encoding="utf-8")
        return []
    return sorted({f"{where}: {kind}" for where, kind, _ in new})


def main(arguments: list[str]) -> int:
    os.chdir(ROOT)
    accept = "--accept" in arguments
    if "--staged" in arguments:
        new, fix = staged(), "tools/secret_scan.py --accept, and stage .secrets.baseline"
    elif "--history" in arguments:
        new, fix = history(accept=accept), "tools/secret_scan.py --history --accept"
    else:
        new, fix = tree(accept=accept), "tools/secret_scan.py --accept"
    print(*new, sep="\n", end="\n" if new else "")
    if new:
        advice = "Revoke them: everyone with a clone has them." if "--history" in arguments else "Remove them."
        print(f"{advice} If they are not secrets: {fix}")
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
