"""What people are notified of about comments."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.data.database import Reader
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.language import _
from phoenix.kernel.module import NotificationKind
from phoenix.modules.comments import events, queries

COMMENT = "/o/{organisation}/comments/{subject}"


async def participants(db: Reader, batch: Sequence[Recorded]) -> list[tuple[str, Recorded]]:
    """Who takes part in what was commented on: one query for a batch."""
    events = {event.subject: event for event in batch if event.subject is not None}
    found = await db.all(queries.PARTICIPANTS, list(events))
    return [(one.account, events[one.comment]) for one in found]


NOTIFICATIONS = (
    NotificationKind(
        "comments.mentioned",
        events.PersonMentioned,
        label=_("Someone mentions you"),
        words=_("{actor} mentioned you in a comment on “{title}” in {organisation}"),
        why=_("You were notified because you were mentioned."),
        to="mentioned",
        link=COMMENT,
        email=True,
        thing="entry",
        many=_("{count} comments on “{title}” in {organisation} mention you"),
        withdrawn_by=(events.CommentDeleted,),
    ),
    NotificationKind(
        "comments.posted",
        events.CommentPosted,
        label=_("Someone comments where you take part"),
        words=_("{actor} commented on “{title}” in {organisation}"),
        why=_("You were notified because you wrote the entry or commented on it."),
        to=participants,
        link=COMMENT,
        email=True,
        thing="entry",
        many=_("{count} new comments on “{title}” in {organisation}"),
        withdrawn_by=(events.CommentDeleted,),
    ),
)
