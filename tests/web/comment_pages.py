"""Comments below an entry, and the pages to edit and delete one."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.web import samples
from tests.web.listings import plain
from tests.web.samples import AIKO, LONGEST, MARA, TOMAS, ago, frame

PATH = "/o/halden/entries/ent_1"
COMMENT = Thing(id="com_3", entry="ent_1")


def comment(number: int, author: Thing, body: str, *, own: bool = False, edited: bool = False) -> Thing:
    at = ago(hours=30 - number)
    return Thing(
        id=f"com_{number}",
        author=author,
        body=body,
        created_at=at,
        updated_at=samples.NOW if edited else at,
        may_change=own,
        may_delete=own or number == 2,
    )


COMMENTS = [
    comment(1, TOMAS, f"@{MARA.name}, which drawer?\n\nThe upper one is empty."),
    comment(2, AIKO, f"{LONGEST.name} has it."),
    comment(3, MARA, "Found it.", own=True, edited=True),
]


def below(*, comments: list[Thing] | None = None, may_comment: bool = True, **listing: Any) -> list[Thing]:
    """What the module adds to the page of an entry."""
    found = COMMENTS if comments is None else comments
    context = Thing(comments=found, listing=plain(found, PATH, **listing), may_comment=may_comment)
    return [Thing(template="comments/slot_comments.html", context=context)]


def entry(more: list[Thing], **changes: Any) -> tuple[str, dict[str, Any]]:
    return "entries/show.html", frame(PATH, entry=samples.ENTRY, may_change=False, more=more, **changes)


COMMENT_PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "comments": entry(below(more=True)),
    "comments-earlier": entry(below(cursor="c")),
    "comments-none": entry(below(comments=[])),
    "comments-refused": entry(
        below(), form={"body": "", "mentioned": "acc_tomas"}, errors={"body": "Write a comment."}, problem="Check the fields marked below."
    ),
    "comments-read-only": entry(below(may_comment=False)),
    "comments-not-allowed": entry([Thing(template="comments/slot_comments.html", context=Thing(comments=None))]),
    "comment-edit": (
        "comments/edit.html",
        frame(f"{PATH}/comments/com_3/edit", comment=COMMENT, form={"body": "Found it.", "version": "2"}),
    ),
    "comment-delete": (
        "comments/delete.html",
        frame(f"{PATH}/comments/com_3/delete", comment=COMMENT, body="Found it.", form={"version": "2"}),
    ),
}
