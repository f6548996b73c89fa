"""Running the statements of a migration, which wait for a lock for a limited time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
from tests.harness import Place

from phoenix.composition import MIGRATIONS
from phoenix.operations.migrate import migrate

REVISION = '''
from phoenix.kernel.data.revision import run_sql

revision = "notes_0001"
down_revision = None
branch_labels = ("notes",)
depends_on = None


def upgrade() -> None:
    run_sql("""
        CREATE TABLE notes AS SELECT current_setting('lock_timeout') AS lock_timeout;
        INSERT INTO notes VALUES ('and a second statement');
    """)
'''


def test_statements_of_a_migration_run_under_a_lock_time_out(place: Place, tmp_path: Path) -> None:
    (tmp_path / "notes_0001_notes.py").write_text(REVISION)

    async def run() -> None:
        assert await migrate(place.owner, [*MIGRATIONS, tmp_path]) == ["notes_0001"]
        owner = await asyncpg.connect(place.owner)
        try:
            assert [row["lock_timeout"] for row in await owner.fetch("SELECT * FROM notes")] == ["3s", "and a second statement"]
        finally:
            await owner.close()

    asyncio.run(run())
