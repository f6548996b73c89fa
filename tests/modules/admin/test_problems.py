"""The responses of the admin panel to actions on an account that cannot be done."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.kernel.actor import ADMINISTRATOR
from phoenix.kernel.errors import Forbidden
from phoenix.modules.admin.actions.people import force_reset

# The action, what is sent with it, the account, and what the page says.
REFUSED = [
    ("force-reset", {}, "robot", "A service account has no password."),
    ("exports", {}, "robot", "A service account has no personal data."),
    ("permissions/grant", {"permission": "platform.audit"}, "robot", "can&#39;t be granted platform permissions"),
    ("permissions/grant", {"permission": "platform.audit"}, "locked", "can&#39;t be granted platform permissions"),
    ("permissions/grant", {"permission": "platform.audit"}, "auditor", "already has this permission"),
    ("permissions/take", {"permission": "platform.audit"}, "bo", "doesn&#39;t have this permission"),
]


@pytest.mark.parametrize(("act", "sent", "target", "words"), REFUSED, ids=[f"{act} of {target}" for act, _sent, target, _words in REFUSED])
def test_an_action_that_cannot_be_done_says_why_and_changes_nothing(
    harness: Harness, act: str, sent: dict[str, str], target: str, words: str
) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=(ADMINISTRATOR,))
            for name, permissions in (("bo", ()), ("robot", ()), ("locked", ()), ("auditor", ("platform.audit",))):
                await harness.person(name, permissions=permissions)
            await harness.sql("UPDATE accounts SET kind = 'service' WHERE id = $1", harness.people["robot"].id)
            await harness.sql("UPDATE accounts SET locked_at = now(), lock_reason = 'a reason' WHERE id = $1", harness.people["locked"].id)
            await harness.events()
            answer = await panel.post(f"/staff/people/{harness.people[target].id}/{act}", by="ada", **sent)
            assert answer.status_code == 409
            assert words in answer.text
            assert await harness.events() == []
            assert await harness.work() == []

    asyncio.run(run())


def test_staff_locked_during_a_request_can_no_longer_act(harness: Harness) -> None:
    """Of two administrators who lock each other at once, the second finds out inside its own transaction."""

    async def run() -> None:
        async with harness:
            ada, bo = await harness.person("ada", permissions=(ADMINISTRATOR,)), await harness.person("bo", password=True)
            actor = await harness.sessions.find(ada.token)
            assert actor is not None
            await harness.sql("UPDATE accounts SET locked_at = now(), lock_reason = 'a reason' WHERE id = $1", ada.id)
            with pytest.raises(Forbidden, match="has been closed"):
                async with harness.runtime.database.transaction(actor=ada.id) as tx:
                    await force_reset(tx, actor, bo.id)
            assert (await harness.sign_in("bo")).status_code == 201

    asyncio.run(run())


def test_a_preview_of_an_unknown_email_is_not_found(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=(ADMINISTRATOR, "platform.mails"))
            for path in ("/staff/emails/accounts/no_such", "/staff/emails/accounts/no_such/seen"):
                assert (await panel.get(path, by="ada")).status_code == 404

    asyncio.run(run())
