"""Comments on the page of an entry, and the pages to edit and delete one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from phoenix.kernel.data.ids import check_id
from phoenix.kernel.errors import NotFound
from phoenix.kernel.i18n.avatars import avatar_of
from phoenix.kernel.language import _
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.edits import EditedField, Edits
from phoenix.kernel.web.listing import plain_listing
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.modules.accounts.actions.accounts import names
from phoenix.modules.comments import queries
from phoenix.modules.comments.actions import comments as actions
from phoenix.modules.comments.actions.mentions import mentions_in, with_ids, with_marks, with_names
from phoenix.modules.comments.queries import Comment

PAGE_SIZE = 20
MOST_CHOSEN = 50
ENTRY = "/o/{slug:str}/entries/{entry_id:str}"
COMMENT = f"{ENTRY}/comments/{{comment_id:str}}"


async def comments(call: Call) -> Mapping[str, Any]:
    """The latest comments on the entry of the page, the oldest of them first, and whether the reader can write one. Links to a comment name
    it, and are shown it first where later ones would hide it."""
    member = call.member
    if "comments.read" not in member.permissions:
        return {"comments": None}
    entry, cursor = call.path["entry_id"], call.query("cursor") or None
    if cursor is None and check_id(asked := call.query("comment"), "com"):
        above = await call.db.maybe(queries.ABOVE, entry, asked, PAGE_SIZE)
        cursor = queries.PAGE.behind(call.runtime.keys, above) if above is not None else None
    made = await queries.PAGE.page(call.db, call.runtime.keys, entry, cursor=cursor, limit=PAGE_SIZE)
    people = await names(call.db, sorted({account for c in made.items for account in (c.author, *mentions_in(c.body))}))
    shown = [
        {
            **msgspec.structs.asdict(c),
            "author": avatar_of(c.author, people.get(c.author, _("Someone"))),
            "body": with_marks(c.body, people),
            "may_change": actions.may_change(member, c),
            "may_delete": actions.may_delete(member, c),
        }
        for c in reversed(made.items)
    ]
    return {"comments": shown, "listing": plain_listing(call, made, cursor=cursor), "may_comment": "comments.write" in member.permissions}


@page("/o/{slug:str}/comments/{comment_id:str}", may="comments.read", within="slug", queries=1)
async def show_comment(call: Call) -> Redirect:
    """Where links to a comment lead: short, since text messages are paid for by their length."""
    comment = await actions.find_comment(call.db, call.path["comment_id"])
    if comment.organisation != call.member.organisation:
        raise NotFound(actions.MISSING)
    return Redirect(_place(call, comment))


@form(f"{ENTRY}/comments", may="comments.write", within="slug", queries=6, retry=ENTRY)
async def send_new(call: Call) -> Redirect:
    entry = call.path["entry_id"]
    comment = await actions.post_comment(call.runtime, call.tx, call.member, entry, await _typed(call))
    return Redirect(_place(call, comment), _("Comment posted."))


@page(f"{COMMENT}/edit", may="comments.write", within="slug", queries=2)
async def show_edit(call: Call) -> View:
    comment = await _find_here(call)
    people = await names(call.db, mentions_in(comment.body))
    edits = Edits(_place(call, comment), (EditedField("body", _("Comment")),))
    mentioned = mentions_in(comment.body)
    shown = {"body": with_names(comment.body, people), "version": str(comment.version), "mentioned": ",".join(mentioned)}
    return View("comments/edit.html", {"form": shown, "comment": comment, "edits": edits})


@form(f"{COMMENT}/edit", may="comments.write", within="slug", queries=6, retry=show_edit)
async def send_edit(call: Call) -> Redirect:
    comment = await _find_here(call)
    await actions.change_comment(call.runtime, call.tx, call.member, comment, await _typed(call), versions=call.shown_version())
    return Redirect(_place(call, comment), _("Comment saved."))


@page(f"{COMMENT}/delete", may="comments.write", within="slug", queries=2)
async def show_delete(call: Call) -> View:
    comment = await _find_here(call)
    people = await names(call.db, mentions_in(comment.body))
    edits = Edits(_place(call, comment), act=_("Delete comment"))
    shown = {"comment": comment, "body": with_names(comment.body, people), "form": {"version": str(comment.version)}, "edits": edits}
    return View("comments/delete.html", shown)


@form(f"{COMMENT}/delete", frees=True, may="comments.write", within="slug", queries=4, retry=show_delete)
async def send_delete(call: Call) -> Redirect:
    comment = await _find_here(call)
    await actions.delete_comment(call.tx, call.member, comment, versions=call.shown_version())
    return Redirect(f"/o/{call.member.slug}/entries/{comment.entry}#comments", _("Comment deleted."))


async def _typed(call: Call) -> str:
    """What was typed, with mentions. Of people with the same name, the script says which was chosen."""
    chosen = call.form.get("mentioned", "").split(",")[:MOST_CHOSEN]
    return await with_ids(call.tx, call.member.organisation, call.form.get("body", "")[: actions.BODY_MOST + 1], chosen)


async def _find_here(call: Call) -> Comment:
    """The comment in the URL, which must be on the entry and in the organisation in the URL."""
    comment = await actions.find_comment(call.db, call.path["comment_id"])
    if (comment.organisation, comment.entry) != (call.member.organisation, call.path["entry_id"]):
        raise NotFound(actions.MISSING)
    return comment


def _place(call: Call, comment: Comment) -> str:
    return f"/o/{call.member.slug}/entries/{comment.entry}?comment={comment.id}#{comment.id}"


ROUTES = (show_comment, send_new, show_edit, send_edit, show_delete, send_delete)
