"""Finding out without Alembic whether a database needs to be migrated."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest
from tests.harness import Place

from phoenix.composition import MIGRATIONS
from phoenix.operations.revisions import is_up_to_date, newest_revisions
from phoenix.operations.up.start import SOURCE

REVISION = """
revision = {revision!r}
down_revision = {before!r}
depends_on = {needs!r}
branch_labels = None
(first, second) = 1, 2


def upgrade() -> None: ...
"""


def write(folder: Path, revision: object, before: object = None, needs: object = None) -> None:
    path = folder / "migrations" / f"{revision}.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(REVISION.format(revision=revision, before=before, needs=needs))


def test_the_newest_revisions_have_no_successor(tmp_path: Path) -> None:
    write(tmp_path, "a_0001")
    write(tmp_path, "a_0002", "a_0001")
    write(tmp_path, "b_0001", None, ("a_0001",))
    write(tmp_path, "c_0001", ["b_0001"], "a_0001")
    write(tmp_path, 7)
    assert newest_revisions([tmp_path]) == {"a_0002", "c_0001"}


def test_our_revisions_match_those_that_alembic_finds() -> None:
    folders = [Path(str(folder)) for folder in MIGRATIONS]
    assert newest_revisions([SOURCE]) == newest_revisions([folder.parent for folder in folders])


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT 1", True),
        ("UPDATE releases SET release = '1.9.0'", False),
        ("DELETE FROM alembic_version WHERE version_num LIKE 'entries%'", False),
        ("INSERT INTO alembic_version VALUES ('entries_9999')", False),
        ("DROP TABLE alembic_version", False),
    ],
)
def test_a_database_is_up_to_date_only_with_exactly_our_newest_revisions(place: Place, statement: str, expected: bool) -> None:
    async def run() -> bool:
        connection = await asyncpg.connect(place.owner)
        await connection.execute(statement)
        await connection.close()
        return await is_up_to_date(place.owner, [SOURCE])

    assert asyncio.run(run()) is expected
