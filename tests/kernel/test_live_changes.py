"""What live pages hear: that something changed, to those it concerns, and that they are in an organisation no longer."""

from __future__ import annotations

import asyncio

from tests.harness import NOW, Harness
from tests.kernel.ringing import connected
from tests.sockets import live
from tests.waiting import until

from phoenix.kernel.data.events import Recorded
from phoenix.kernel.realtime.changes import changes


def event(number: int, *, organisation: str | None = None, actor: str | None = None, subject: str | None = None) -> Recorded:
    return Recorded(number, number, f"evt_{number}", "some.kind", organisation, actor, subject, {"secret": "text"}, NOW)


def test_each_room_hears_once_of_a_batch_and_nothing_but_that() -> None:
    batch = [
        event(1, organisation="org_1", actor="acc_1", subject="ent_1"),
        event(2, organisation="org_1", actor="acc_1", subject="acc_2"),
        event(3, subject="acc_3"),
        event(4),
    ]
    assert changes(batch) == [
        ("organisation:org_1", "changed", {"organisation": "org_1"}),
        ("account:acc_1", "changed", {"account": "acc_1"}),
        ("account:acc_2", "changed", {"account": "acc_2"}),
        ("account:acc_3", "changed", {"account": "acc_3"}),
    ]


def test_a_member_who_is_removed_is_told_by_their_open_socket(ringing: Harness) -> None:
    async def run() -> None:
        async with ringing, live(ringing) as here:
            ember = await ringing.organisation("ember", ada="owner", bo="member")
            async with connected(here.url, ringing.people["bo"].token) as told:
                await until(lambda: len(here.sockets.open) == 1)
                bo = ringing.people["bo"]
                removed = await ringing.delete(f"/api/v2/organisations/{ember}/members/{bo.id}", by="ada", headers={"If-Match": "*"})
                assert removed.status_code == 204
                for socket in list(here.sockets.open):
                    await here.sockets.check(socket)
                await until(lambda: ("organisation_left", {"organisation": ember}) in told)

    asyncio.run(run())
