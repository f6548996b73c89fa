"""Staff can do nothing to an erased account: every action is refused, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import re

import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.composition import MODULES
from phoenix.kernel.actor import ADMINISTRATOR

PERSON = "/staff/people/{account_id}"
SENT = {"reason": "A stolen card, case 88", "permission": "platform.jobs", "minutes": "15"}


def acts() -> list[str]:
    """Every form for an action on a person's account, of all modules."""
    found = {
        re.sub(r"\{(\w+):\w+\}", r"{\1}", path)
        for module in MODULES
        for route in module.routes
        if "POST" in route.http_methods and "admin" in route.opt["rule"].listeners
        for path in route.paths
    }
    return sorted(path for path in found if path.startswith(PERSON))


def test_account_actions_are_found() -> None:
    assert len(acts()) >= 10


@pytest.mark.parametrize("act", acts())
def test_no_action_reaches_an_erased_account(harness: Harness, act: str) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            eve = await harness.person("eve")
            await harness.person("root", permissions=(ADMINISTRATOR, "platform.jobs"))
            # The account is locked and has a session and a factor, so that each action has something to change.
            await harness.sql("UPDATE accounts SET erased_at = now(), locked_at = now() WHERE id = $1", eve.id)
            await harness.sql(
                "INSERT INTO totp_secrets (account_id, sealed, created_at, confirmed_at) VALUES ($1, '\\x00', now(), now())", eve.id
            )
            names = {"account_id": eve.id, "session_id": eve.session}
            path = re.sub(r"\{(\w+)\}", lambda hole: names.get(hole[1], "x_1"), act)
            answer = await panel.post(path, by="root", **SENT)
            assert answer.status_code in {409, 422}, (answer.status_code, answer.text[:500])
            assert "deleted" in answer.text
            assert await harness.events() == []
            assert await harness.work() == []
            rows = await harness.sql(
                "SELECT 1 FROM sessions WHERE account_id = $1 AND ended_at IS NULL UNION ALL SELECT 1 FROM totp_secrets", eve.id
            )
            assert len(rows) == 2
            assert harness.mails(eve.email) == []

    asyncio.run(run())
