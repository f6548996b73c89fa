"""The pre-commit hook and the scan of the history: staged content that must not be committed is refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Assembled here, so that this file itself contains no secret.
SECRET = "AKIA" + "Z7Q4XK2M9WPLT3VB"
LEAK = f'AWS = "{SECRET}"\n'
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
NEEDED = ("pyproject.toml", "biome.jsonc", "tsconfig.json", ".secrets.baseline", "tools")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A small repository with the hook installed as by `make hooks`."""
    folder = tmp_path / "clone"
    folder.mkdir()
    for name in NEEDED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    for name in (".venv", "node_modules"):
        (folder / name).symlink_to(ROOT / name)
    (folder / ".gitignore").write_text("/.venv\n/node_modules\n__pycache__/\n")
    git(folder, "init", "-q")
    for key, value in {"user.name": "T", "user.email": "t@example.com", "core.hooksPath": "tools/hooks"}.items():
        git(folder, "config", key, value)
    git(folder, "add", ".")
    git(folder, "commit", "-q", "--no-verify", "-m", "first")
    return folder


def git(folder: Path, *arguments: str, fails: bool = False) -> str:
    # Inside a hook, these variables would direct git to another repository.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode != 0) is fails, done.stdout + done.stderr
    return done.stdout + done.stderr


def commit(folder: Path, name: str, text: str, *, fails: bool = False) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    git(folder, "add", name)
    return git(folder, "commit", "-q", "-m", name, fails=fails)


def scan(folder: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "tools/secret_scan.py", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_staged_secret_is_refused_and_named(clone: Path) -> None:
    said = commit(clone, "src/keys.py", LEAK, fails=True)
    assert "src/keys.py: AWS Access Key" in said
    assert SECRET not in said


def test_staged_content_is_checked_instead_of_the_working_tree(clone: Path) -> None:
    (clone / "keys.py").write_text(LEAK)
    git(clone, "add", "keys.py")
    (clone / "keys.py").write_text("AWS = None\n")
    assert "AWS Access Key" in git(clone, "commit", "-m", "m", fails=True)
    # Conversely, a secret that is not staged is not committed.
    git(clone, "add", "keys.py")
    (clone / "keys.py").write_text(LEAK)
    git(clone, "commit", "-q", "-m", "m")


@pytest.mark.parametrize(
    ("name", "wrong", "right", "says"),
    [
        ("src/a.py", "import os\n", "A = 1\n", "F401"),
        ("src/b.py", "A = (1,2)\n", "A = (1, 2)\n", "would be reformatted"),
        ("web/a.ts", "export const a = 1\n", "export const a = 1;\n", "format"),
        ("web/styles/a.css", ".a{color:red}\n", ".a {\n  color: red;\n}\n", "format"),
        ("src/templates/a.html", '<img src="a.png">\n', '<img src="a.png" alt="" height="1" width="1">\n', "H0"),
    ],
)
def test_code_that_the_linters_refuse_is_not_committed(clone: Path, name: str, wrong: str, right: str, says: str) -> None:
    assert says in commit(clone, name, wrong, fails=True)
    commit(clone, name, right)


def test_a_secret_that_was_removed_later_is_found_in_the_history(clone: Path) -> None:
    (clone / "keys.py").write_text(LEAK)
    git(clone, "add", ".")
    git(clone, "commit", "-q", "--no-verify", "-m", "leak")
    (clone / "keys.py").write_text("AWS = None\n")
    git(clone, "commit", "-q", "-a", "-m", "take it out")
    assert scan(clone)[0] == 0, "the tree is clean"
    status, said = scan(clone, "--history")
    assert status == 1
    leak = git(clone, "log", "--format=%H", "--grep=leak").strip()
    assert f"keys.py in {leak[:12]}: AWS Access Key" in said
    assert SECRET not in said
    assert scan(clone, "--history", "--accept")[0] == 0
    assert scan(clone, "--history") == (0, "")


def test_the_scan_passes_with_a_note_if_there_is_no_history(clone: Path) -> None:
    shutil.rmtree(clone / ".git")
    assert scan(clone, "--history") == (0, "The history was not scanned: this is not a git clone.\n")
