"""N2: a client that has seen more than a database that was put back, or a copy of it, is told to reload: its numbers are of another epoch."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
from tests.waiting import eventually

from phoenix.embedded.postgres.server import Postgres
from phoenix.modules.notifications.queries import EPOCH

ASK = f"SELECT {EPOCH} FROM inboxes i"  # noqa: S608 - a constant


def ask(url: str, *statements: str) -> list[str]:
    async def run() -> list[str]:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
            return [row[0] for row in await connection.fetch(ASK)]
        finally:
            await connection.close()

    return asyncio.run(run())


def test_a_restore_and_a_copy_begin_another_epoch_and_a_restart_does_not(tmp_path: Path) -> None:
    server = Postgres(tmp_path)
    server.start()
    try:
        (first,) = ask(server.url, "CREATE TABLE inboxes AS SELECT 'e' AS epoch", "CREATE DATABASE empty")
        server.stop()
        server.start()
        assert ask(server.url) == [first]
        (copy,) = ask(server.url.replace("/phoenix?", "/empty?"), "CREATE TABLE inboxes AS SELECT 'e' AS epoch")
        server.stop()
        # As after a backup was put back: the server recovers to the end of what it has, then begins another timeline.
        (tmp_path / "postgres" / "recovery.signal").touch()
        with (tmp_path / "postgres" / "postgresql.auto.conf").open("a") as settings:
            settings.write("restore_command = 'false'\n")
        server.start()
        (restored,) = eventually(lambda: ask(server.url), lost=(asyncpg.ObjectNotInPrerequisiteStateError,))
        assert len({first, copy, restored}) == 3
    finally:
        server.stop()
