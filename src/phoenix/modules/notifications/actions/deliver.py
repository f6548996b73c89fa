"""Make items of inboxes from events, once for each event and person."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.module import NotificationKind
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.notifications import queries
from phoenix.modules.notifications.unread import INBOX

EPOCH_BYTES = 9


async def deliver(runtime: Runtime, tx: Transaction, batch: Sequence[Recorded]) -> None:
    """Add every event of the batch to the inboxes of those who are to be notified of it: two statements, and those of the kinds."""
    places = {event.id: place for place, event in enumerate(batch)}
    # By place and account: the first kind is the one that counts, and the order is that of the events.
    notified: dict[tuple[int, str], str] = {}
    for name, kind in runtime.part(Registry).notifications.items():
        if events := [event for event in batch if event.kind == kind.type.kind]:
            for account, event in await _people(tx, kind, events):
                # Nobody is notified of what they did themselves.
                if account != event.actor:
                    notified.setdefault((places[event.id], account), name)
    if not notified:
        return
    accounts = sorted({account for _place, account in notified})
    await tx.execute(queries.OPEN, accounts, secrets.token_urlsafe(EPOCH_BYTES))
    items = [
        (
            account,
            new_id("ntf", tx.now),
            event.id,
            name,
            event.kind,
            event.organisation,
            event.actor,
            event.subject,
            event.data,
            event.occurred_at,
            event.subject == account,
        )
        for (place, account), name in sorted(notified.items())
        for event in (batch[place],)
    ]
    for account in set(await tx.all(queries.ADD, *map(list, zip(*items, strict=True)))):
        tx.invalidate(INBOX(account))
        tx.wakes = True


async def _people(tx: Transaction, kind: NotificationKind, events: Sequence[Recorded]) -> Sequence[tuple[str, Recorded]]:
    if not isinstance(kind.to, str):
        return await kind.to(tx, events)
    named = ((event.subject if kind.to == "subject" else event.data.get(kind.to), event) for event in events)
    return [(account, event) for account, event in named if isinstance(account, str)]
