"""The files that new-module and new-product create pass the linter and the formatter, whatever the names."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from phoenix.operations.new_module import new_module
from phoenix.operations.new_product import new_product

ROOT = Path(__file__).parents[2]
# Short, long, sorted before and after `phoenix`, without a plural, without a singular, and one whose singular is a Python keyword.
NAMES = ("a", "notes", "zebra", "remarks", "s", "ifs", "aaa", "zzz", "customer_communication_preferences")


def ruff(folder: Path, *options: str) -> None:
    for command in (["check"], ["format", "--check", "--diff"]):
        ran = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", *options, "."], cwd=folder, check=False, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("name", NAMES)
def test_a_new_module_passes_the_linters(tmp_path: Path, name: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    modules = tmp_path / "src" / "phoenix" / "modules"
    modules.mkdir(parents=True)
    # The files of a package are those in its folder.
    (modules.parent / "kernel").symlink_to(ROOT / "src" / "phoenix" / "kernel")
    new_module(name, modules)
    ruff(tmp_path)


@pytest.mark.parametrize("product", ["acme", "zoo-keepers"])
@pytest.mark.parametrize("name", NAMES)
def test_a_new_product_with_two_modules_passes_the_linters(tmp_path: Path, product: str, name: str) -> None:
    """Checked with its own configuration, and with that of Phoenix, which is stricter."""
    folder = product.replace("-", "_")
    new_product(product, tmp_path, module=name)
    new_module("tasks", tmp_path / "src" / folder, package=folder)
    ruff(tmp_path)
    ruff(tmp_path, "--config", str(ROOT / "pyproject.toml"))
