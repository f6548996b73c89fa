"""Shared by the tests of notifications: something to be notified of, and the inbox."""

from __future__ import annotations

from typing import Any

from tests.harness import Harness


async def change_role(harness: Harness, who: str, role: str, *, organisation: str = "ember", by: str = "ada") -> None:
    """What one person is notified of: `who` gets another role."""
    answer = await harness.patch(
        f"/api/v2/organisations/{harness.organisations[organisation]}/members/{harness.people[who].id}",
        by=by,
        json={"role": role},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 204, answer.text


async def notify(harness: Harness, who: str, times: int = 1) -> None:
    """So many notifications for someone, in the organisation ember."""
    (row,) = await harness.sql("SELECT role FROM memberships WHERE account_id = $1", harness.people[who].id)
    roles = ["viewer", "member"] if row["role"] == "member" else ["member", "viewer"]
    for number in range(times):
        await change_role(harness, who, roles[number % 2])
    await harness.follow()


async def inbox(harness: Harness, who: str, asked: str = "") -> list[dict[str, Any]]:
    answer = await harness.get(f"/api/v2/notifications{asked}", by=who)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def unread(harness: Harness, who: str) -> int:
    answer = await harness.get("/api/v2/notifications/unread_count", by=who)
    count: int = answer.json()["count"]
    return count
