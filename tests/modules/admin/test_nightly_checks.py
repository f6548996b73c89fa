"""Every night all checks run, and administrators hear of those that fail."""

from __future__ import annotations

import asyncio

from tests.harness import Harness

from phoenix.kernel.actor import ADMINISTRATOR
from phoenix.modules.admin.jobs import run_checks


def test_administrators_hear_of_a_check_that_fails(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner", bo="member")
            for name in ("eve", "mia"):
                await harness.person(name, permissions=(ADMINISTRATOR,))
            await run_checks(harness.runtime)
            assert await harness.work() == []
            for name in ("ada", "mia"):
                await harness.sql("UPDATE accounts SET locked_at = now() WHERE id = $1", harness.people[name].id)
            await run_checks(harness.runtime)
            assert await harness.work() == ["accounts.send_security_notice"]
            (mail,) = harness.mails("eve@example.com")
            assert "Checks of this Phoenix failed last night." in mail.text

    asyncio.run(run())


def test_every_night_has_a_run_of_the_checks(harness: Harness) -> None:
    (schedule,) = (one for module in harness.registry.modules for one in module.schedules if one.run is run_checks)
    assert schedule.cron.split()[2:] == ["*", "*", "*"]
