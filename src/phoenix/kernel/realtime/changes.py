"""What every live page receives, whatever it shows: a message that something in its organisation, or in its reader's account, has changed.

A message says nothing else, since not every member may know what it was; the page asks for itself again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from phoenix.kernel.data.events import Recorded
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime

CHANGED = "changed"
LEFT = "organisation_left"


def changes(batch: Iterable[Recorded]) -> list[tuple[str, str, Any]]:
    """One message to each room, however many events there are. A room that nobody is in costs nothing."""
    organisations = {event.organisation for event in batch if event.organisation}
    accounts = {account for event in batch for account in (event.actor, event.subject) if account and account.startswith("acc_")}
    return [
        *((f"organisation:{organisation}", CHANGED, {"organisation": organisation}) for organisation in sorted(organisations)),
        *((f"account:{account}", CHANGED, {"account": account}) for account in sorted(accounts)),
    ]


async def live_messages(runtime: Runtime, registry: Registry, batch: Sequence[Recorded]) -> list[tuple[str, str, Any]]:
    """Everything that is sent because of these events: room, event and payload, also what modules declare."""
    messages = changes(batch)
    for module in registry.modules:
        for live in module.live:
            messages += await live.tell(runtime, batch)
    return messages
