"""The Containerfile passes its linter, does not run as root, and contains no secrets. tools/try_containerfile.py runs its steps."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Containerfile").read_text()


def test_the_linter_finds_no_fault() -> None:
    program = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([program, ROOT / "Containerfile"], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_both_stages_use_the_same_python_image() -> None:
    bases = re.findall(r"^FROM (\S+)", TEXT, re.MULTILINE)
    assert len(bases) == 2
    assert len(set(bases)) == 1


def test_the_image_runs_as_a_numbered_user_that_it_creates() -> None:
    (user,) = re.findall(r"^USER (\d+):\1$", TEXT, re.MULTILINE)
    assert int(user) > 999
    assert f"useradd --uid {user}" in TEXT
    assert TEXT.index("USER") < TEXT.index("ENTRYPOINT")


def test_the_health_check_is_readiness() -> None:
    (command,) = re.findall(r"^HEALTHCHECK .*?CMD (\[.*?\])$", TEXT, re.MULTILINE | re.DOTALL)
    assert "/readyz" in json.loads(command)[-1]


def test_only_listed_files_reach_the_build() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    listed = {line[1:] for line in lines if line.startswith("!")}
    assert not listed & {".git", ".env", "data", ".venv", "node_modules", "dist"}
    for name in listed:
        assert (ROOT / name).exists(), f"{name} no longer exists"
