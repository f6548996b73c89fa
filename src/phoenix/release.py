"""The release that is running, with the commit and the date of the build it is from; a checkout has no build."""

from __future__ import annotations

from pathlib import Path

from phoenix import __version__

BUILD = Path(__file__).with_name("build.txt")


def release_of(build: Path) -> str:
    """“2.1.0 (5ed32eb, 2026-11-26)”; without a build, “2.1.0”."""
    return f"{__version__} ({build.read_text().strip()})" if build.exists() else __version__


RELEASE = release_of(BUILD)
