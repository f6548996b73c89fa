"""`python -m bench.notices`: how fast notifications are made from events, by the follower that a worker runs.

Events are written first: in an organisation of 10,000 people the role of one after another changes, of which each is notified. Then the
follower makes items of them, with everything that a worker does for it: preferences, mutes, channels, the queue of emails. It and its one
connection to PostgreSQL take turns, so together they use one core at most.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import time
from functools import partial
from pathlib import Path

from phoenix.composition import REGISTRY
from phoenix.kernel.data.followers import follow_once
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.query import Query, query
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.accounts import create_account
from phoenix.modules.notifications.actions.deliver import deliver
from phoenix.modules.organisations.events import RoleChanged
from phoenix.modules.organisations.queries import INSERT, INSERT_MEMBER
from phoenix.settings import Settings
from phoenix.testing import servers

PEOPLE = 10_000
AT_ONCE = 1_000
FOLLOWER = "notifications.deliver"
COUNT: Query[int] = query(int, "SELECT count(*) FROM notifications")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    with servers() as found:
        figures = asyncio.run(measure(found.settings(), arguments.events))
    print(json.dumps(figures, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")


async def measure(settings: Settings, events: int) -> dict[str, float]:
    """How many notifications a second, and for a second of CPU of this process."""
    async with REGISTRY.opened(settings) as runtime:
        await follow(runtime)
        await write(runtime, events)
        started, spent = time.monotonic(), time.process_time()
        await follow(runtime)
        seconds, spent = time.monotonic() - started, time.process_time() - spent
        async with runtime.database.reader() as db:
            made = await db.one(COUNT)
    assert made == events, f"{made} notifications were made of {events} events"
    return {
        "notifications": made,
        "seconds": round(seconds, 1),
        "a_second": round(made / seconds),
        "a_second_of_our_cpu": round(made / spent),
    }


async def follow(runtime: Runtime) -> None:
    """Run the follower until nothing is left."""
    handle = partial(deliver, runtime)
    # The first only notes where it begins.
    await follow_once(runtime.database, FOLLOWER, handle)
    while await follow_once(runtime.database, FOLLOWER, handle):
        pass


async def write(runtime: Runtime, events: int) -> None:
    """Write so many events, each about one of the people in turn."""
    accounts: list[str] = []
    async with runtime.database.transaction() as tx:
        organisation = (await tx.one(INSERT, new_id("org"), "bench", "Bench", tx.now, "en", "UTC")).id
    for first in range(0, PEOPLE, AT_ONCE):
        async with runtime.database.transaction() as tx:
            for number in range(first, first + AT_ONCE):
                address = parse_address(f"person.{number}@example.com")
                account = await create_account(tx, address, name=f"Person {number}", password_hash="!", time_zone="UTC", locale="en")
                assert account is not None
                await tx.execute(INSERT_MEMBER, organisation, account, "member", tx.now, None)
                accounts.append(account)
            tx.events.clear()
    turns = itertools.cycle(accounts)
    for first in range(0, events, AT_ONCE):
        async with runtime.database.transaction() as tx:
            for _ in range(min(AT_ONCE, events - first)):
                tx.record(RoleChanged(organisation=organisation, subject=next(turns), role="viewer", before="member"))


if __name__ == "__main__":
    main()
