"""What is about the security of an account, as something that its person is notified of."""

from __future__ import annotations

from phoenix.kernel.language import _
from phoenix.kernel.module import Activity, EventKind, NotificationKind


def about_security(kind: EventKind, activity: Activity, page: str) -> NotificationKind:
    """The kind of notification that an event with an activity is. `page` is where people see to their security."""
    return NotificationKind(
        kind.type.kind,
        kind.type,
        label=activity.words,
        words=activity.words,
        why=_("You were notified because it is about the security of your account."),
        link=page,
        security=True,
    )
