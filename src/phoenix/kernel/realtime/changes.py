"""What every live page receives, whatever it shows: a message that something in its organisation, or in its reader's account, has changed.

A message says nothing else, since not every member may know what it was; the page asks for itself again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from phoenix.kernel.data.events import Recorded

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
