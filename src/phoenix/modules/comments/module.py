"""Comments: what people say about entries, and whom they mention."""

from __future__ import annotations

from pathlib import Path

from phoenix.kernel.language import _
from phoenix.kernel.module import EventKind, ListQuery, Module, Permission, PersonalData, Slot
from phoenix.modules.comments import api, events, owned, pages, personal, queries
from phoenix.modules.comments.notifications import NOTIFICATIONS

LINK = "/o/{organisation}/comments/{subject}"
TEXTS = {"title": queries.TITLE}

MODULE = Module(
    name="comments",
    about="What people say about entries, and whom they mention.",
    folder=Path(__file__).parent,
    needs=("accounts", "organisations", "entries"),
    tables=("comments", "comment_mentions"),
    routes=(*api.ROUTES, *pages.ROUTES),
    lists=(
        ListQuery(queries.PAGE, ("ent_1", "~", 21)),
        ListQuery(queries.DELETE_OF_ORGANISATION, ("org_1", 500)),
    ),
    permissions=(
        Permission("comments.read", _("Read comments"), implies=("entries.read",)),
        Permission("comments.write", _("Comment; edit and delete your own comments"), implies=("comments.read",)),
        Permission("comments.moderate", _("Delete all comments"), implies=("comments.write",)),
    ),
    roles={
        "owner": frozenset({"comments.read", "comments.write", "comments.moderate"}),
        "administrator": frozenset({"comments.read", "comments.write", "comments.moderate"}),
        "member": frozenset({"comments.read", "comments.write"}),
        "viewer": frozenset({"comments.read"}),
    },
    events=(
        EventKind(
            events.CommentPosted,
            _("{actor} commented on “{title}”"),
            act=None,
            ids=("entry",),
            feed="comments/feed_posted.html",
            group="entries",
            texts=TEXTS,
            permission="comments.read",
            link=LINK,
        ),
        EventKind(events.CommentChanged, act=None, ids=("entry",)),
        EventKind(events.CommentDeleted, act=None, ids=("entry",)),
        EventKind(events.PersonMentioned, act=None, ids=("entry", "mentioned"), texts=TEXTS),
    ),
    notifications=NOTIFICATIONS,
    slots=(Slot("entry", "comments/slot_comments.html", pages.comments, queries=3, order=10),),
    personal=PersonalData(export=personal.export, erase=personal.erase),
    owned=owned.OWNED,
)
