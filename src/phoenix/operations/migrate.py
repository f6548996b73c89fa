"""Database migrations: Alembic's order, SQL revisions, one migrating process at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import structlog
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from phoenix.release import RELEASE

log = structlog.get_logger(__name__)

# Any constant works, as long as every process uses the same one.
LOCK = 0x50_48_4F_45
LOCK_POLL_SECONDS = 0.25
LOCK_WAIT_SECONDS = 300.0


class MigrationError(Exception):
    """The database cannot be migrated; the message says why."""


class NewerDatabase(MigrationError):
    """The database was migrated by a newer version of Phoenix."""


def scripts(folders: Sequence[Path]) -> ScriptDirectory:
    """The revisions of all modules, as Alembic sees them."""
    config = Config()
    config.set_main_option("script_location", str(folders[0]))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(folder) for folder in folders if folder.is_dir()))
    return ScriptDirectory.from_config(config)


async def migrate(url: str, folders: Sequence[Path], *, say: Callable[[str], None] = lambda _: None) -> list[str]:
    """Migrate the database to this version of Phoenix. Returns the revisions that were run, in order.

    The lock is polled: a blocking advisory lock would hold a snapshot that CREATE INDEX CONCURRENTLY waits for.
    Raises NewerDatabase if the database has revisions unknown here, MigrationError if the lock cannot be acquired.
    """
    directory = scripts(folders)
    engine = create_async_engine(_sqlalchemy_url(url), poolclass=NullPool)
    try:
        async with engine.connect() as lock_holder, engine.connect() as connection:
            await _take_lock(await lock_holder.execution_options(isolation_level="AUTOCOMMIT"), say)
            return await connection.run_sync(_run, directory)
    finally:
        await engine.dispose()


async def pending(url: str, folders: Sequence[Path]) -> list[str]:
    """The revisions that `migrate` would run."""
    directory = scripts(folders)
    engine = create_async_engine(_sqlalchemy_url(url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(lambda c: [s.revision for s in _missing(directory, _current(c, directory))])
    finally:
        await engine.dispose()


async def _take_lock(connection: AsyncConnection, say: Callable[[str], None]) -> None:
    waited = 0.0
    while True:
        taken = (await connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({LOCK})")).scalar_one()
        if taken:
            return
        if waited == 0.0:
            say("Another process is migrating this database. Waiting for it.")
        if waited >= LOCK_WAIT_SECONDS:
            raise MigrationError("Another process has been migrating this database for five minutes. Check that process, then try again.")
        await asyncio.sleep(LOCK_POLL_SECONDS)
        waited += LOCK_POLL_SECONDS


def _current(connection: Connection, directory: ScriptDirectory) -> tuple[str, ...]:
    heads = MigrationContext.configure(connection).get_current_heads()
    known = {script.revision for script in directory.walk_revisions()}
    unknown = [head for head in heads if head not in known]
    if unknown:
        raise NewerDatabase(
            f"This database is from a newer Phoenix{_release_in(connection)}: it contains the revision {', '.join(unknown)}, which this version does not know. "
            "Start the newer version, or restore a backup made by this one."
        )
    return heads


def _release_in(connection: Connection) -> str:
    """The release that migrated the database last, where it says so."""
    if connection.exec_driver_sql("SELECT to_regclass('releases')").scalar_one() is None:
        return ""
    newest = connection.exec_driver_sql("SELECT release FROM releases ORDER BY migrated_at DESC LIMIT 1").scalar_one_or_none()
    return f", {newest}" if newest else ""


def _missing(directory: ScriptDirectory, current: tuple[str, ...]) -> list[Any]:
    # Walking down from the heads leaves out revisions of branches that others depend on.
    return [step.revision for step in directory._upgrade_revs("heads", current)]  # type: ignore[arg-type] # noqa: SLF001 - as in `_run`


def _run(connection: Connection, directory: ScriptDirectory) -> list[str]:
    current = _current(connection, directory)
    connection.rollback()
    ran: list[str] = []

    def steps(revision: Any, context: MigrationContext) -> list[Any]:
        del context
        found = directory._upgrade_revs("heads", revision)  # noqa: SLF001 - what alembic.command.upgrade itself calls
        ran.extend(step.revision.revision for step in found)
        return found

    with EnvironmentContext(Config(), directory, fn=steps) as environment:
        environment.configure(connection=connection, transaction_per_migration=True)
        with environment.begin_transaction():
            environment.run_migrations()
    connection.exec_driver_sql(
        "INSERT INTO releases VALUES ($1, now()) ON CONFLICT (release) DO UPDATE SET migrated_at = now()", (RELEASE,)
    )
    connection.commit()
    log.info("migrated", revisions=ran, before=list(current))
    return ran


def _sqlalchemy_url(url: str) -> str:
    scheme, _, rest = url.partition("://")
    del scheme
    return f"postgresql+asyncpg://{rest}"
