"""Impersonation depends on the current state: a permission may have been removed, or an account locked, since the page was opened."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness

from phoenix.kernel.actor import ADMINISTRATOR, IMPERSONATE_AND_WRITE
from phoenix.kernel.errors import Forbidden
from phoenix.modules.impersonation.actions import IMPERSONATE, ImpersonationRequest, impersonate

TAKEN = "DELETE FROM user_permissions WHERE account_id = $1"
LOCKED = "UPDATE accounts SET locked_at = now() WHERE id = $1"
NO_WRITING = f"{TAKEN} AND permission = '{IMPERSONATE_AND_WRITE}'"


@pytest.mark.parametrize(
    ("held", "change", "writes"),
    [
        ((IMPERSONATE,), TAKEN, False),
        ((ADMINISTRATOR,), TAKEN, False),
        ((IMPERSONATE,), LOCKED, False),
        ((IMPERSONATE, IMPERSONATE_AND_WRITE), NO_WRITING, True),
    ],
)
def test_a_permission_removed_since_the_page_was_opened_gives_no_access(
    harness: Harness, held: tuple[str, ...], change: str, writes: bool
) -> None:
    async def run() -> None:
        async with harness:
            eve, ada = await harness.person("eve"), await harness.person("ada", permissions=held)
            actor = await harness.sessions.find(ada.token)
            assert actor is not None
            asked = ImpersonationRequest(eve.id, "Case 88, asked for by Eve", 15, writes)
            await harness.sql(change, ada.id)
            async with harness.runtime.database.transaction(actor=ada.id) as tx:
                with pytest.raises(Forbidden):
                    await impersonate(harness.runtime, tx, actor, asked)
            assert await harness.events() == []
            assert await harness.sql("SELECT 1 FROM sessions WHERE impersonator_id IS NOT NULL") == []

    asyncio.run(run())
