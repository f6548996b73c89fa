"""What of what was queued is still wanted when it is sent."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.data.database import Reader
from phoenix.kernel.registry import Registry
from phoenix.modules.notifications import choices
from phoenix.modules.notifications.actions.choose import is_on
from phoenix.modules.notifications.items import thing_of
from phoenix.modules.notifications.queries import Item
from phoenix.modules.notifications.timing import Schedule


async def wanted_now(db: Reader, registry: Registry, account: str, channel: str, rows: Sequence[Item]) -> tuple[Schedule, list[Item]]:
    """When the person wants to be reached, and what they still want: they may have switched off or muted it since it was queued."""
    (wants,) = await db.all(choices.SETTINGS, [account])
    by = registry.channels.get(channel, channel)
    kept = [row for row in rows if row.visible and (kind := registry.notifications.get(row.notification)) and is_on(kind, wants, by)]
    things = {row.number: thing_of(registry.notifications[row.notification], row) for row in kept}
    asked = sorted({thing for thing in things.values() if thing})
    muted = {one.thing for one in await db.all(choices.MUTED, [account] * len(asked), asked)} if asked else set()
    return wants.schedule, [row for row in kept if registry.notifications[row.notification].urgent or things[row.number] not in muted]
