"""Rows of an inbox as items for its reader, and several about the same thing as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from phoenix.kernel.data.database import Reader
from phoenix.kernel.language import _, reading
from phoenix.kernel.module import NotificationKind
from phoenix.kernel.registry import Registry
from phoenix.kernel.registry.happened import GONE, gone, in_words, link_to, names_in, with_texts
from phoenix.kernel.web.instants import Instant, instant
from phoenix.modules.notifications.queries import Item


class Notifier(Struct, frozen=True):
    """Who did what the reader is notified of."""

    id: str
    name: str


class Notification(Struct, frozen=True):
    """An item of the inbox. `number` grows with each item of a person; `why` says why they were notified, `thing` is the ID that can be muted."""

    id: str
    number: int
    kind: str
    organisation: str | None
    actor: Notifier | None
    subject: str | None
    summary: str
    why: str
    link: str | None
    thing: str | None
    read: bool
    occurred_at: Instant


class Group(Struct, frozen=True):
    """What is shown as one: a single item, or several of a kind about the same thing, all unread or all read, newest first."""

    summary: str
    items: list[Notification]

    @property
    def first(self) -> Notification:
        """The newest, by which the group has its place."""
        return self.items[0]

    @property
    def link(self) -> str | None:
        """Where the oldest of them leads that is still there: whoever opens it reads on from there."""
        return next((item.link for item in reversed(self.items) if item.link), None)

    @property
    def numbers(self) -> str:
        """The numbers of all, as forms send them."""
        return " ".join(str(item.number) for item in self.items)


async def in_full(db: Reader, registry: Registry, rows: Sequence[Item]) -> list[Notification]:
    """The items of these rows, in their order. Kinds that no module declares any more are left out."""
    shown, names = await _read(db, registry, rows)
    return [notification(registry, row, names) for row in shown]


async def in_groups(db: Reader, registry: Registry, rows: Sequence[Item]) -> list[Group]:
    """The same, with those that are shown as one together in the place of the first."""
    shown, names = await _read(db, registry, rows)
    alike: dict[str, list[Item]] = {}
    for row in shown:
        alike.setdefault(_group(registry.notifications[row.notification], row), []).append(row)
    return [_as_one(registry, group, names) for group in alike.values()]


async def _read(db: Reader, registry: Registry, rows: Sequence[Item]) -> tuple[list[Item], dict[str, str]]:
    """The rows whose kind a module declares, with what people wrote, and the names in them."""
    shown = await with_texts(db, registry, [row for row in rows if row.notification in registry.notifications])
    return shown, await names_in(db, registry, shown)


def _group(kind: NotificationKind, row: Item) -> str:
    """What the rows of a group have in common: they are about the same, and were all read, or none was."""
    thing = thing_of(kind, row) if kind.many else None
    return row.item if thing is None else f"{kind.name} {thing} {row.read_at is not None}"


def _as_one(registry: Registry, rows: Sequence[Item], names: Mapping[str, str]) -> Group:
    items = [notification(registry, row, names) for row in rows]
    if len(rows) == 1:
        return Group(items[0].summary, items)
    kind = registry.notifications[rows[0].notification]
    with reading(rows[0].locale):
        return Group(in_words(registry, rows[0], _(kind.many), names, organisation=_place(rows[0]), count=str(len(rows))), items)


def _place(row: Item) -> str:
    return row.organisation_name or _("an organisation")


def notification(registry: Registry, row: Item, names: Mapping[str, str]) -> Notification:
    """The item of a row, in its reader's language. An id that no longer has a name is “Someone”."""
    with reading(row.locale):
        return _notification(registry, row, names)


def _notification(registry: Registry, row: Item, names: Mapping[str, str]) -> Notification:
    kind, event = registry.notifications[row.notification], registry.events[row.kind]
    actor = Notifier(row.actor, names.get(row.actor, _(GONE))) if row.actor and not (event.by_staff or kind.security) else None
    leads = kind.link and not gone(event, row) and ("{organisation}" not in kind.link or row.slug)
    return Notification(
        row.item,
        row.number,
        row.notification,
        row.organisation,
        actor,
        row.subject,
        in_words(registry, row, _(kind.words), names, organisation=_place(row)),
        _(kind.why),
        link_to(row, kind.link, row.slug or "") if leads else None,
        thing_of(kind, row),
        row.read_at is not None,
        instant(row.occurred_at),
    )


def thing_of(kind: NotificationKind, row: Item) -> str | None:
    """The id of what its reader can mute; None if it is nothing."""
    found = row.subject if kind.thing == "subject" else row.data.get(kind.thing)
    return found if kind.thing and isinstance(found, str) else None
