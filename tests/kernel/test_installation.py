"""Which installation a database belongs to: one environment and one secret, even if it is a copy."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.strict import KEY as SECRET
from tests.strict import OTHER_KEY as OTHER
from tests.strict import STRICT

from phoenix.kernel.data.installation import check_installation
from phoenix.kernel.security.crypto import Keys
from phoenix.settings import SettingsError, read_settings


async def claim(harness: Harness, environment: str, secret: str) -> None:
    settings = read_settings({**STRICT, "PHOENIX_ENVIRONMENT": environment, "PHOENIX_SECRET_KEY": secret})
    await check_installation(harness.runtime.database, settings, Keys(secret, environment))


async def owner(harness: Harness) -> tuple[str, bytes, str]:
    """The environment, the check of its key, and the transaction that wrote them."""
    (row,) = await harness.sql("SELECT environment, key_check, xmin::text FROM installation")
    return row["environment"], row["key_check"], row["xmin"]


def test_the_first_installation_claims_the_database_once(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.sql("DELETE FROM installation")
            await claim(harness, "staging", SECRET)
            claimed = await owner(harness)
            assert claimed[:2] == ("staging", Keys(SECRET, "staging").check)
            await claim(harness, "staging", SECRET)
            assert await owner(harness) == claimed, "nothing is written at an ordinary start"

    asyncio.run(run())


def test_another_environment_with_the_same_secret_is_refused(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await claim(harness, "staging", SECRET)
            claimed = await owner(harness)
            with pytest.raises(SettingsError, match="is the key of the staging environment. Give production its own key"):
                await claim(harness, "production", SECRET)
            assert await owner(harness) == claimed

    asyncio.run(run())


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_an_installation_with_another_secret_takes_over_the_database(harness: Harness, environment: str) -> None:
    """This happens when a secret was replaced, or when the database was copied for another environment."""

    async def run() -> None:
        async with harness:
            await claim(harness, "staging", SECRET)
            await claim(harness, environment, OTHER)
            assert (await owner(harness))[:2] == (environment, Keys(OTHER, environment).check)

    asyncio.run(run())
