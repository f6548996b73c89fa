"""The feed, sent to sockets live, and to a client that returns with its position."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from phoenix.kernel.actor import Actor
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.language import DEFAULT_LOCALE, reading
from phoenix.kernel.module import Numbered
from phoenix.kernel.registry import Registry
from phoenix.kernel.registry.happened import names_in, with_texts
from phoenix.kernel.runtime import Runtime
from phoenix.modules.feed import queries
from phoenix.modules.feed.items import feed_item
from phoenix.modules.feed.queries import FeedRow

FEED, RELOAD = "feed", "reload"
# A client that missed more reads the feed again.
MOST_MISSED = 100
MOST_POSITIONS = 200
# Of all its organisations together. In the rest it reads the feed again.
MOST_IN_ALL = 500
POSITION = re.compile(r"([0-9]{1,18})-([0-9]{1,18})")
# Higher than any number of an event.
NUMBERS = 2**63


async def tell(runtime: Runtime, batch: Sequence[Recorded]) -> list[tuple[str, str, Any]]:
    """A `feed` message to each organisation's room, with the item as in the API, and its position.

    Only kinds that every member can see are sent in full, with the summary in English; for the others, the message only says that there
    is something new.
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
    # A room has readers of every language, and a message is made once for all of them.
    with reading(DEFAULT_LOCALE):
        items = [feed_item(registry, row, names, "-") for row in rows]
    for event, item in zip(shown, items, strict=True):
        permission = registry.events[event.kind].permission
        everyone = not permission or all(permission in permissions for permissions in registry.roles.values())
        payload: dict[str, Any] = {
            "organisation": event.organisation,
            "id": event.id,
            "position": f"{event.transaction}-{event.number}",
        }
        if everyone:
            payload |= {
                "kind": item.kind,
                "actor": {"id": item.actor.id, "name": item.actor.name} if item.actor else None,
                "subject": item.subject,
                "summary": item.summary,
                "data": item.data,
                "occurred_at": item.occurred_at,
            }
        messages.append((f"organisation:{event.organisation}", FEED, Numbered(_place(event.transaction, event.number), payload)))
    return messages


async def replay(runtime: Runtime, actor: Actor, seen: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """What happened in organisations since the positions that the client named, in order; `reload` for those where it missed too much."""
    named = _positions(seen.get("positions"), {membership.organisation for membership in actor.memberships})
    if not named:
        return []
    kinds = [name for name, kind in runtime.part(Registry).events.items() if kind.feed]
    organisations = sorted(named)
    places = [named[organisation] for organisation in organisations]
    async with runtime.database.reader() as db:
        known = set(await db.all(queries.KNOWN, organisations, *map(list, zip(*places, strict=True))))
        rows = await db.all(queries.SINCE, organisations, *map(list, zip(*places, strict=True)), kinds, MOST_MISSED + 1)
    messages: list[tuple[str, str, Any]] = []
    for organisation in organisations:
        missed = [row for row in rows if row.organisation == organisation]
        # A position that was never given here is of a database that was put back, or of events that are kept no longer.
        if organisation not in known or len(missed) > MOST_MISSED or len(messages) + len(missed) > MOST_IN_ALL:
            messages.append((f"organisation:{organisation}", RELOAD, {"reason": "too_far_behind", "organisation": organisation}))
        else:
            # What is up to there was seen: another process may be behind, and send it again.
            messages.append((f"organisation:{organisation}", FEED, Numbered(_place(*named[organisation]))))
            messages += await tell(runtime, missed)
    return messages


def _positions(said: object, organisations: set[str]) -> dict[str, tuple[int, int]]:
    """The positions that a client said, by organisation; what is none, or is of an organisation that they are not in, is left out."""
    if not isinstance(said, dict) or len(said) > MOST_POSITIONS:
        return {}
    found = {}
    for organisation, text in said.items():
        match = POSITION.fullmatch(text) if isinstance(text, str) and organisation in organisations else None
        if match is not None:
            found[organisation] = (int(match[1]), int(match[2]))
    return found


def _place(transaction: int, number: int) -> int:
    return transaction * NUMBERS + number
