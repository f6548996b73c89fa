"""Withdraw what people were notified of, once it is of no use any more: what it was about was deleted, or taken back."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.registry import Registry
from phoenix.modules.notifications import queries
from phoenix.modules.notifications.events import NotificationsArchived
from phoenix.modules.notifications.unread import INBOX


async def withdraw(registry: Registry, tx: Transaction, batch: Sequence[Recorded]) -> None:
    """Archive what was said of the subjects of these events, for everyone, and send no more of it: one statement, however many there are."""
    kinds: dict[str, list[str]] = {}
    for kind in registry.notifications.values():
        for ends in kind.withdrawn_by:
            kinds.setdefault(ends.kind, []).append(kind.name)
    rows = [(event.id, event.subject, event.organisation, name) for event in batch for name in kinds.get(event.kind, ()) if event.subject]
    if not rows:
        return
    for account in await tx.all(queries.WITHDRAW, *map(list, zip(*rows, strict=True)), tx.now):
        tx.invalidate(INBOX(account))
        tx.record(NotificationsArchived(subject=account))
