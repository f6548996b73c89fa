"""The files, folders and modules that the documentation names exist, and the architecture fits two pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import phoenix
from phoenix.composition import MODULES

ROOT = Path(__file__).parents[1]
SOURCE = Path(phoenix.__file__).parent
ARCHITECTURE = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md")] + sorted((ROOT / "docs").rglob("*.md"))
ENDINGS = (".py", ".md", ".toml", ".json", ".txt", ".html", ".css", ".ts", ".sql", ".mjml", ".svg", ".png")
# Not in a fresh clone: created when it is set up, built or run, or by an operator.
MADE = {".venv/", "data/", "dist/", "node_modules/"} | {"run.txt", "tests/releases/VERSION/", "dump.sql", "release.json", "openapi.json"}
# Files and folders that every module may have, and some of the module that README.md lays out.
IN_A_MODULE = {
    f"{name}.py" for name in ("module", "pages", "api", "jobs", "actions", "queries", "events", "errors", "personal", "owned")
} | {
    "assets/",
    "migrations/",
    "templates/",
    "templates/feed_posted.html",
    "notes/migrations/",
}
# Two printed pages.
MOST_LINES, MOST_COLUMNS = 110, 130


def paths_named(text: str) -> set[str]:
    """Text in backticks that looks like a path of ours, and not like a command, a pattern, an address or a part of an API."""
    named = {path.partition("::")[0] for path in re.findall(r"`([^`\s]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))}
    return {path for path in named if re.fullmatch(r"[\w.-]+(/[\w.-]+)*/?", path) and (path.endswith(ENDINGS) or "/" in path)}


def links(text: str) -> set[str]:
    found = re.findall(r"\]\(([^)\s]+)\)", text)
    return {link.partition("#")[0] for link in found if not re.match(r"[a-z]+:|#", link)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_path_and_link_exists(page: Path) -> None:
    """Paths can be relative to the page, the clone, the tests or the source."""
    text = page.read_text(encoding="utf-8")
    places = (page.parent, ROOT, ROOT / "tests", SOURCE)
    paths = paths_named(text) - MADE - IN_A_MODULE
    assert [path for path in sorted(paths) if not any((place / path).exists() for place in places)] == []
    assert [link for link in sorted(links(text)) if not (page.parent / link).exists()] == []


def tree() -> list[Path]:
    """The paths in the tree that docs/ARCHITECTURE.md draws."""
    [drawn] = re.findall(r"```\n(.*?)```", ARCHITECTURE, flags=re.DOTALL)
    found: list[Path] = []
    folders: dict[int, Path] = {}
    for line in drawn.splitlines():
        depth = len(line) - len(line.lstrip())
        parent = next((folders[above] for above in sorted(folders, reverse=True) if above < depth), ROOT)
        first = line.split()[0]
        names = {first} if first.endswith("/") else set()
        names |= set(re.findall(r"(?<!\S)\w+\.py\b", line))
        if depth == 0:
            names |= {word for word in line.split() if word.endswith("/")}
        found += [parent / name for name in sorted(names)]
        if first.endswith("/"):
            folders = {above: folder for above, folder in folders.items() if above < depth} | {depth: parent / first}
    return found


def test_the_tree_in_the_architecture_matches_the_folders() -> None:
    drawn = tree()
    missing = [path for path in drawn if not path.exists() and path != SOURCE / "static"]
    assert missing == []
    # `__pycache__` and the bundles are not always there.
    folders = [path for parent in (SOURCE, SOURCE / "kernel") for path in parent.iterdir() if path.is_dir() and path.name[0] != "_"]
    assert [path for path in folders if path not in drawn] == []
    files = [path for parent in (SOURCE, SOURCE / "kernel") for path in parent.glob("*.py") if path.name != "__init__.py"]
    assert [path for path in files if path not in drawn] == []


def test_the_architecture_names_every_module() -> None:
    assert [module.name for module in MODULES if f"`{module.name}`" not in ARCHITECTURE] == []
    [drawn] = re.findall(r"```\n(.*?)```", ARCHITECTURE, flags=re.DOTALL)
    assert [module.name for module in MODULES if not re.search(rf"\b{module.name}\b", drawn)] == []


def test_the_architecture_fits_two_pages() -> None:
    lines = ARCHITECTURE.splitlines()
    assert len(lines) <= MOST_LINES
    assert [number for number, line in enumerate(lines, 1) if len(line) > MOST_COLUMNS] == []
