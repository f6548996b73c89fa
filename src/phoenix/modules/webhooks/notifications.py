"""Who is notified when a webhook is switched off."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.data.database import Reader
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.language import _
from phoenix.kernel.module import NotificationKind
from phoenix.modules.webhooks import queries
from phoenix.modules.webhooks.events import WebhookDeleted, WebhookDisabled


async def managers(db: Reader, batch: Sequence[Recorded]) -> list[tuple[str, Recorded]]:
    """The owners and administrators of the organisations: one query for a batch."""
    found = await db.all(queries.MANAGERS, sorted({event.organisation for event in batch if event.organisation}))
    return [(one.account, event) for event in batch for one in found if one.organisation == event.organisation]


NOTIFICATIONS = (
    NotificationKind(
        "webhooks.disabled",
        WebhookDisabled,
        label=_("A webhook is switched off because nothing arrives"),
        words=_("A webhook of {organisation} was switched off"),
        why=_("You were notified because you manage the organisation. Nothing arrived there, or it answered that it no longer exists."),
        to=managers,
        link="/o/{organisation}/webhooks/{subject}",
        thing="subject",
        withdrawn_by=(WebhookDeleted,),
        email=True,
    ),
)
