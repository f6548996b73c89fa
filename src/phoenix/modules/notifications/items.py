"""A row of an inbox as an item for its reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from phoenix.kernel.data.database import Reader
from phoenix.kernel.i18n.text import _
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


async def in_full(db: Reader, registry: Registry, rows: Sequence[Item]) -> list[Notification]:
    """The items of these rows, in their order. Kinds that no module declares any more are left out."""
    known = [row for row in rows if row.notification in registry.notifications]
    shown = await with_texts(db, registry, known)
    names = await names_in(db, registry, shown)
    return [notification(registry, row, names) for row in shown]


def notification(registry: Registry, row: Item, names: Mapping[str, str]) -> Notification:
    """The item of a row. An id that no longer has a name is “Someone”."""
    kind, event = registry.notifications[row.notification], registry.events[row.kind]
    actor = Notifier(row.actor, names.get(row.actor, _(GONE))) if row.actor and not event.by_staff else None
    leads = kind.link and not gone(event, row) and ("{organisation}" not in kind.link or row.slug)
    return Notification(
        row.item,
        row.number,
        row.notification,
        row.organisation,
        actor,
        row.subject,
        in_words(registry, row, _(kind.words), names, organisation=row.organisation_name or _("an organisation")),
        _(kind.why),
        link_to(row, kind.link, row.slug or "") if leads else None,
        _thing(kind, row),
        row.read_at is not None,
        instant(row.occurred_at),
    )


def _thing(kind: NotificationKind, row: Item) -> str | None:
    found = row.subject if kind.thing == "subject" else row.data.get(kind.thing)
    return found if kind.thing and isinstance(found, str) else None
