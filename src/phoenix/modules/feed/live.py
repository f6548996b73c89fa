"""The feed, sent to sockets live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from phoenix.kernel.data.events import Recorded
from phoenix.kernel.registry import Registry
from phoenix.kernel.registry.happened import names_in, with_texts
from phoenix.kernel.runtime import Runtime
from phoenix.modules.feed.items import feed_item
from phoenix.modules.feed.queries import FeedRow


async def tell(runtime: Runtime, batch: Sequence[Recorded]) -> list[tuple[str, str, Any]]:
    """A `feed` message to each organisation's room, with the item as in the API.

    Only kinds that every member can see are sent in full; for the others, the message only says that there is something new.
    """
    registry = runtime.part(Registry)
    shown = [event for event in batch if event.organisation and event.kind in registry.events and registry.events[event.kind].feed]
    if not shown:
        return []
    rows = [
        FeedRow(number=e.number, id=e.id, kind=e.kind, actor=e.actor, subject=e.subject, data=e.data, occurred_at=e.occurred_at)
        for e in shown
    ]
    async with runtime.database.reader() as db:
        rows = await with_texts(db, registry, rows)
        names = await names_in(db, registry, rows)
    messages: list[tuple[str, str, Any]] = []
    for event, row in zip(shown, rows, strict=True):
        permission = registry.events[event.kind].permission
        everyone = not permission or all(permission in permissions for permissions in registry.roles.values())
        item = feed_item(registry, row, names, "-")
        payload: dict[str, Any] = {"organisation": event.organisation, "id": event.id}
        if everyone:
            payload |= {
                "kind": item.kind,
                "actor": {"id": item.actor.id, "name": item.actor.name} if item.actor else None,
                "subject": item.subject,
                "summary": item.summary,
                "data": item.data,
                "occurred_at": item.occurred_at,
            }
        messages.append((f"organisation:{event.organisation}", "feed", payload))
    return messages
