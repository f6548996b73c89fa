"""The inbox: with what is unread and read, filtered, empty, and with more than its bell counts."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.web.listings import listing
from tests.web.samples import AIKO, LONGEST, ago, frame

from phoenix.modules.notifications.queries import LISTED

PATH = "/notifications"


def notification(number: int, summary: str, why: str, *, read: bool = False, link: str | None = "/o/halden/members") -> Thing:
    return Thing(
        id=f"ntf_{number}",
        number=number,
        summary=summary,
        why=why,
        link=link,
        thing=None if link is None else "ent_1",
        read=read,
        occurred_at=ago(hours=30 - number),
    )


def together(summary: str, *items: Thing) -> Thing:
    return Thing(
        summary=summary, items=list(items), first=items[0], link=items[-1].link, numbers=" ".join(str(one.number) for one in items)
    )


ALONE = [
    notification(
        4, f"{AIKO.name} offered you their ownership of {LONGEST.name}", "You were notified because you can accept or decline it."
    ),
    notification(3, "Tomás Aguirre changed your role in Halden Instruments to viewer", "You were notified because it is your role."),
    notification(2, "Priya Raman accepted your invitation to Halden Instruments", "You were notified because you invited them.", read=True),
    notification(1, "Someone removed you from North Yard", "You were notified because you were a member.", read=True, link=None),
]
NOTIFICATIONS = [together(one.summary, one) for one in ALONE]
COMMENTED = "You were notified because you wrote the entry or commented on it."
COMMENTS = [
    notification(
        number, f"{who} commented on “{LONGEST.name}” in Halden Instruments", COMMENTED, link=f"/o/halden/entries/ent_1#cmt_{number}"
    )
    for number, who in ((7, "Tomás Aguirre"), (6, AIKO.name), (5, "Priya Raman"))
]
UNREAD = [together(f"3 new comments on “{LONGEST.name}” in Halden Instruments", *COMMENTS), *NOTIFICATIONS[:2]]

INBOX_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "inbox": (
        "notifications/inbox.html",
        frame(PATH, groups=NOTIFICATIONS, unread=2, listing=listing(LISTED, NOTIFICATIONS, PATH, more=True)),
    ),
    "inbox-unread": (
        "notifications/inbox.html",
        frame(PATH, groups=UNREAD, unread=100, listing=listing(LISTED, UNREAD, PATH, show="unread")),
    ),
    "inbox-all-read": (
        "notifications/inbox.html",
        frame(PATH, groups=[], unread=0, listing=listing(LISTED, [], PATH, show="unread")),
    ),
    "inbox-empty": ("notifications/inbox.html", frame(PATH, groups=[], unread=0, listing=listing(LISTED, [], PATH))),
    "inbox-end": (
        "notifications/inbox.html",
        frame(PATH, groups=NOTIFICATIONS, unread=2, listing=listing(LISTED, NOTIFICATIONS, PATH, cursor="c")),
    ),
}
