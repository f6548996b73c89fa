"""Settings with which Phoenix cannot be opened, and the error that names the missing variable."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

import asyncpg
import pytest
from tests.conftest import database_url
from tests.harness import Place

from phoenix.kernel.errors import Unavailable
from phoenix.kernel.runtime import opened
from phoenix.settings import SettingsError


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"PHOENIX_SECRET_KEY": ""}, "PHOENIX_SECRET_KEY is missing"),
        ({"PHOENIX_DATABASE_URL": ""}, "PHOENIX_DATABASE_URL is missing"),
        ({"PHOENIX_NODES": "many", "PHOENIX_CACHE_URL": ""}, "PHOENIX_NODES=many needs PHOENIX_CACHE_URL"),
    ],
)
def test_a_missing_setting_is_named(place: Place, variables: dict[str, str], words: str) -> None:
    async def run() -> None:
        async with opened(place.settings(**variables), emails={}):
            pass

    with pytest.raises(SettingsError, match=words):
        asyncio.run(run())


def test_an_unmigrated_database_is_reported_with_the_command_to_run(place: Place, postgres: str) -> None:
    name = f"t_{uuid.uuid4().hex[:12]}"

    async def statement(text: str) -> None:
        connection = await asyncpg.connect(postgres)
        try:
            await connection.execute(text)
        finally:
            await connection.close()

    async def run() -> None:
        async with opened(place.settings(PHOENIX_DATABASE_URL=database_url(postgres, name)), emails={}):
            pass

    asyncio.run(statement(f"CREATE DATABASE {name}"))
    try:
        with pytest.raises(SettingsError, match="Run `phoenix db migrate` first"):
            asyncio.run(run())
    finally:
        asyncio.run(statement(f"DROP DATABASE {name} WITH (FORCE)"))


def test_a_missing_database_is_reported_as_unavailable(place: Place, tmp_path: Path) -> None:
    async def run() -> None:
        async with opened(place.settings(PHOENIX_DATABASE_URL=f"postgresql://phoenix@/phoenix?host={tmp_path}"), emails={}):
            pass

    with pytest.raises(Unavailable):
        asyncio.run(run())
