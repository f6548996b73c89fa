"""The inbox on sockets: what a client missed, what comes, and how many are unread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from phoenix.kernel.actor import Actor
from phoenix.kernel.data.database import Reader
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.module import Numbered
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.notifications import queries
from phoenix.modules.notifications.events import InboxChanged, NotificationsArchived, NotificationsRead
from phoenix.modules.notifications.items import Notification, in_full
from phoenix.modules.notifications.queries import Item

NOTIFICATION, UNREAD, RELOAD = "notification", "unread", "reload"
# A client that missed more reads its inbox again.
MOST_MISSED = 100
BATCH = 200
# After these it is counted again how many are unread.
COUNTED = frozenset({NotificationsRead.kind, NotificationsArchived.kind, InboxChanged.kind})
NO_INBOX = queries.Inbox("", "", 0, 0, 0)


async def replay(runtime: Runtime, actor: Actor, seen: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """What came after the last number that the client has seen, in order, or `reload`; and how many are unread."""
    number, epoch, room = _number(seen.get("last_number")), seen.get("epoch"), _room(actor.account)
    async with runtime.database.reader() as db:
        # Read first: what is added after this is among what is missed as well, and nothing falls in between.
        inbox = await db.maybe(queries.INBOXES, [actor.account]) or NO_INBOX
        missed = [] if number is None else await db.all(queries.MISSED, actor.account, number, MOST_MISSED + 1)
        items = await in_full(db, runtime.part(Registry), missed[:MOST_MISSED])
    ends = [(room, NOTIFICATION, Numbered(inbox.last_number)), (room, UNREAD, _unread(inbox))]
    # Numbers that were never given here, or in another epoch, are of a database that was put back.
    if len(missed) > MOST_MISSED or (number or 0) > inbox.last_number or (number and epoch and epoch != inbox.epoch):
        return [(room, RELOAD, {"reason": "too_far_behind"}), *ends]
    rows = {row.item: row for row in missed}
    return [*(_told(rows[item.id], item) for item in items), *ends]


def _told(row: Item, item: Notification) -> tuple[str, str, Any]:
    """An item for its person, who may have left its organisation since it was read here: then it is not sent, unless it is about them."""
    within = f"organisation:{row.organisation}" if row.organisation and not row.is_own else ""
    return _room(row.account), NOTIFICATION, Numbered(row.number, msgspec.to_builtins(item), within)


def _number(said: object) -> int | None:
    """The number that a client said; None for what is none."""
    return said if isinstance(said, int) and not isinstance(said, bool) and 0 <= said < 2**62 else None


async def begin(db: Reader) -> int:
    """From now on."""
    return await db.one(queries.LAST_POSITION)


async def read(runtime: Runtime, db: Reader, position: int) -> tuple[list[tuple[str, str, Any]], int]:
    """What was added to inboxes since, each to its person alone, and then how many are unread there."""
    rows = await db.all(queries.NEXT, position, BATCH)
    if not rows:
        return [], position
    shown = [row for row in rows if row.visible]
    items = {item.id: item for item in await in_full(db, runtime.part(Registry), shown)}
    messages: list[tuple[str, str, Any]] = [_told(row, items[row.item]) for row in shown if row.item in items]
    return messages + await _counts(db, {row.account for row in rows}), rows[-1].position


async def tell(runtime: Runtime, batch: Sequence[Recorded]) -> list[tuple[str, str, Any]]:
    """How many are unread, once something was read or archived, or can be seen no more."""
    changed = {event.subject for event in batch if event.kind in COUNTED and event.subject}
    if not changed:
        return []
    async with runtime.database.reader() as db:
        return await _counts(db, changed)


async def _counts(db: Reader, accounts: Iterable[str]) -> list[tuple[str, str, Any]]:
    return [(_room(inbox.account), UNREAD, _unread(inbox)) for inbox in await db.all(queries.INBOXES, sorted(accounts))]


def _unread(inbox: queries.Inbox) -> Numbered:
    return Numbered(inbox.version + 1, {"count": inbox.unread, "last_number": inbox.last_number, "epoch": inbox.epoch})


def _room(account: str) -> str:
    return f"account:{account}"
