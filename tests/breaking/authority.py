"""What tests of lost authority do: ask for deletion, lock and unlock, invite."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.modules.accounts.actions.delete_account import enqueue_due_erasures

REASON = "A stolen laptop, case 88"


async def status_of(harness: Harness, method: str, path: str, by: str, **options: object) -> tuple[int, str]:
    answer = await harness.request(method, path, by=by, **options)
    return answer.status_code, answer.json().get("code", "") if answer.content else ""


async def ask_for_deletion(harness: Harness, name: str) -> tuple[int, str]:
    return await status_of(harness, "DELETE", "/api/v2/me", name)


async def erase_those_due(harness: Harness) -> None:
    harness.clock.advance(seconds=timedelta(days=40).total_seconds())
    async with harness.runtime.database.transaction() as tx:
        await enqueue_due_erasures(tx)
    await harness.work()


async def lock(harness: Harness, name: str, by: str) -> int:
    async with Panel(harness) as panel:
        return (await panel.post(f"/staff/people/{harness.people[name].id}/lock", by=by, reason=REASON)).status_code


async def unlock(harness: Harness, name: str, by: str) -> int:
    async with Panel(harness) as panel:
        return (await panel.post(f"/staff/people/{harness.people[name].id}/unlock", by=by)).status_code


async def invite(harness: Harness, ember: str, by: str, email: str, role: str) -> str:
    made = await harness.post(f"/api/v2/organisations/{ember}/invitations", by=by, json={"email": email, "role": role})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def token_for(harness: Harness, to: str) -> str:
    found = re.search(r"token=([\w-]+)", harness.mails(to)[0].text)
    assert found
    return found[1]
