"""Check that the API keeps the promises of the last release, by comparing api/openapi.json with the document of that release.

    .venv/bin/python -m tools.api_compare [--release-on YYYY-MM-DD]

A change that breaks clients must be announced in api/breaking.toml, with the dates on which the old way was deprecated and on which
it ends, and with a text that is also in CHANGELOG.md. For a new major version it is enough that CHANGELOG.md names the call.
Before a release, --release-on also refuses changes whose announced date has not come yet.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from dataclasses import dataclass, fields
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tools.api_changes import Change, compare

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Announcement:
    """A breaking change that was announced. `method`, `path` and `kind` can contain `*`."""

    method: str
    path: str
    kind: str
    since: str
    deprecated: date
    sunset: date
    text: str

    def covers(self, change: Change) -> bool:
        pairs = ((change.method, self.method), (change.path, self.path), (change.kind, self.kind))
        return all(fnmatchcase(found, pattern) for found, pattern in pairs)

    def __str__(self) -> str:
        return f"{self.method} {self.path} [{self.kind}]"


def read_announcements(text: str) -> list[Announcement]:
    """Raises SystemExit with a message if an announcement is incomplete."""
    wanted = {field.name: date if field.name in {"deprecated", "sunset"} else str for field in fields(Announcement)}
    made = []
    for number, entry in enumerate(tomllib.loads(text).get("change", []), 1):
        for name, kind in wanted.items():
            if not isinstance(entry.get(name), kind) or not entry[name]:
                raise SystemExit(f"api/breaking.toml: change {number} needs {name}, {'a date' if kind is date else 'a text'}.")
        if unknown := set(entry) - set(wanted):
            raise SystemExit(f"api/breaking.toml: change {number} has {', '.join(sorted(unknown))}, which are unknown.")
        made.append(Announcement(**entry))
    return made


def last_release(folder: Path) -> Path:
    """The folder of the release with the highest version."""
    return max((path.parent for path in folder.glob("*/openapi.json")), key=lambda path: _numbers(path.name))


def judge(
    old: dict[str, Any], new: dict[str, Any], announcements: list[Announcement], changelog: str, *, release_on: date | None = None
) -> tuple[list[str], list[str]]:
    """The faults and the notes, each a sentence."""
    wrong, notes = [], []
    before, now = old["info"]["version"], new["info"]["version"]
    major = _numbers(now)[0] > _numbers(before)[0]
    changes = compare(old, new)
    text = " ".join(changelog.split())
    for change in changes:
        if any(announcement.covers(change) for announcement in announcements):
            continue
        if major:
            if f"{change.method} {change.path}" not in text:
                wrong.append(f"{change}\n  Version {now} may change it, but CHANGELOG.md must name {change.method} {change.path}.")
        else:
            wrong.append(
                f"{change}\n  Announce it in api/breaking.toml and CHANGELOG.md, keep the old way next to the new one, or raise the major version."
            )
    for announcement in announcements:
        wrong += _faults(announcement, text)
        if not any(announcement.covers(change) for change in changes):
            notes.append(
                f"{announcement}: released with {announcement.since}; it can be removed from api/breaking.toml."
                if _numbers(announcement.since) <= _numbers(before)
                else f"{announcement}: announced for {announcement.since}, but not made yet."
            )
        elif release_on is not None and announcement.sunset > release_on:
            wrong.append(f"{announcement}: the old way was promised until {announcement.sunset}, after this release.")
    return wrong, notes


def _faults(announcement: Announcement, text: str) -> list[str]:
    faults = []
    if announcement.sunset < announcement.deprecated:
        faults.append(f"{announcement}: the old way ends ({announcement.sunset}) before it is deprecated ({announcement.deprecated}).")
    if " ".join(announcement.text.split()) not in text:
        faults.append(f"{announcement}: CHANGELOG.md does not contain its text: {announcement.text}")
    if not re.fullmatch(r"\d+\.\d+\.\d+", announcement.since):
        faults.append(f"{announcement}: since must be a version such as 2.1.0.")
    return faults


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--release-on", type=date.fromisoformat)
    given = parser.parse_args()
    release = last_release(ROOT / "tests" / "releases")
    old, new = (json.loads(path.read_bytes()) for path in (release / "openapi.json", ROOT / "api" / "openapi.json"))
    announcements = read_announcements((ROOT / "api" / "breaking.toml").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    wrong, notes = judge(old, new, announcements, changelog, release_on=given.release_on)
    for note in notes:
        print(note)
    if wrong:
        print(f"The API breaks what {release.name} promised:", *wrong, sep="\n")
        return 1
    print(f"The API keeps what {release.name} promised.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
