"""Whether a database needs migrating, decided in milliseconds: compares the latest revisions of our files with the database's.

Alembic itself, which takes more than a second to load, is used only if they differ.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from pathlib import Path

import asyncpg

from phoenix.release import RELEASE

NEWEST_RELEASE = "SELECT release FROM releases ORDER BY migrated_at DESC LIMIT 1"


def newest_revisions(folders: Sequence[Path]) -> set[str]:
    """The heads among all revision files below these folders: revisions that no other one follows."""
    found, followed = set(), set()
    for path in (path for folder in folders for path in folder.rglob("migrations/*.py")):
        values = _constants(path)
        if isinstance(revision := values.get("revision"), str):
            found.add(revision)
        followed |= {text for name in ("down_revision", "depends_on") for text in _texts(values.get(name))}
    return found - followed


async def is_up_to_date(url: str, folders: Sequence[Path]) -> bool:
    """Whether the database has exactly our latest revisions, and this build was the last to migrate it: what modules declare may be new.

    One that was never migrated does not.
    """
    connection = await asyncpg.connect(url, timeout=10)
    try:
        rows = await connection.fetch("SELECT version_num FROM alembic_version")
        if {row["version_num"] for row in rows} != newest_revisions(folders):
            return False
        return bool(await connection.fetchval(NEWEST_RELEASE) == RELEASE)
    except asyncpg.UndefinedTableError:
        return False
    finally:
        await connection.close()


def _constants(path: Path) -> dict[str, object]:
    """The literal values assigned at the top of a file."""
    values: dict[str, object] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            values[node.targets[0].id] = ast.literal_eval(node.value)
    return values


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        return (value,)
    return [text for text in value if isinstance(text, str)] if isinstance(value, tuple | list) else ()
