"""A session that ends while its link is being opened gives nobody access."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest
from tests.blockers.impersonating import csrf_of, link_to, staff
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.waiting import until

from phoenix.modules.accounts.actions.email_verification import use_once
from phoenix.modules.sessions.actions.end import end_impersonations_by

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def test_a_link_gives_no_access_if_its_session_ends_while_it_is_opened(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel, harness.new_client() as browser:
            ada = await staff(harness)
            await harness.person("mara")
            path = await link_to(harness, panel, "mara")
            token = path.partition("token=")[2]
            csrf = csrf_of((await browser.get(path)).text)
            opening: list[asyncio.Task[httpx.Response]] = []

            async def use_and_give_up() -> None:
                """Use the link and then roll back, so that the other use waits for it after it has read the session."""
                async with harness.runtime.database.transaction() as tx:
                    assert await use_once(tx, token, timedelta(minutes=1))
                    opening.append(asyncio.create_task(browser.post("/impersonation", data={"csrf": csrf, "token": token})))
                    await until(lambda: waits(harness))
                    async with harness.runtime.database.transaction() as ending:
                        await end_impersonations_by(ending, ada.id, reason="ended_by_staff")
                    raise InterruptedError

            with pytest.raises(InterruptedError):
                await use_and_give_up()
            answer = await opening[0]
            assert "This session has already ended." in answer.text
            assert "phoenix_session" not in browser.cookies

    async def waits(harness: Harness) -> bool:
        return bool((await harness.sql(WAITING))[0]["count"])

    asyncio.run(run())
