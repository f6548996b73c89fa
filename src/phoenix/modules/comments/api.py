"""JSON routes of comments."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.actor import Membership
from phoenix.kernel.data.cursors import Page, parse_limit
from phoenix.kernel.web.call import Call, Created
from phoenix.kernel.web.endpoint import delete, get, patch, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.kernel.web.rules import FOUND
from phoenix.modules.comments import queries
from phoenix.modules.comments.actions import comments as actions
from phoenix.modules.comments.actions.mentions import mentions_in
from phoenix.modules.comments.queries import Comment
from phoenix.modules.entries.actions import MISSING as NO_ENTRY
from phoenix.modules.entries.actions import find_entry


class CommentData(Struct, forbid_unknown_fields=True):
    """A new comment. In `body`, `@[acc_…]` mentions a member of the organisation, who is notified."""

    entry: str
    body: str


class CommentChange(Struct, forbid_unknown_fields=True):
    """The new text."""

    body: str


class CommentAnswer(Struct):
    """A comment. `mentions` are the accounts that its `body` mentions."""

    id: str
    entry: str
    author: str
    body: str
    mentions: list[str]
    created_at: Instant
    updated_at: Instant
    version: int


def comment_answer(c: Comment) -> CommentAnswer:
    """A comment as the API writes it."""
    return CommentAnswer(c.id, c.entry, c.author, c.body, mentions_in(c.body), instant(c.created_at), instant(c.updated_at), c.version)


@get("/api/v2/comments", may="comments.read", within=FOUND, queries=2)
async def list_comments(call: Call, entry: str, limit: int | None = None, cursor: str | None = None) -> Page[CommentAnswer]:
    """List the comments on an entry, latest first."""
    found = await find_entry(call.db, entry)
    call.within(found.organisation, NO_ENTRY)
    made = await queries.PAGE.page(call.db, call.runtime.keys, found.id, cursor=cursor, limit=parse_limit(limit))
    return Page([comment_answer(c) for c in made.items], made.next_cursor)


@post("/api/v2/comments", may="comments.write", within=FOUND, queries=5)
async def post_comment(call: Call, data: CommentData) -> Created[CommentAnswer]:
    """Comment on an entry. Its author, those who commented on it and those who are mentioned are notified."""
    entry = await find_entry(call.db, data.entry)
    member = call.within(entry.organisation, NO_ENTRY)
    comment = await actions.post_comment(call.runtime, call.tx, member, entry.id, data.body)
    return Created(comment_answer(comment), f"/api/v2/comments/{comment.id}")


@get("/api/v2/comments/{comment_id:str}", may="comments.read", within=FOUND, queries=1)
async def read_comment(call: Call, comment_id: str) -> CommentAnswer:
    """Get a comment."""
    comment, _member = await _find(call, comment_id)
    return comment_answer(comment)


@patch("/api/v2/comments/{comment_id:str}", may="comments.write", within=FOUND, queries=5, problems=(412, 428))
async def change_comment(call: Call, comment_id: str, data: CommentChange) -> CommentAnswer:
    """Edit your comment. Requires If-Match with the ETag you read. Those whom it mentions for the first time are notified."""
    comment, member = await _find(call, comment_id)
    versions = call.expected_versions()
    return comment_answer(await actions.change_comment(call.runtime, call.tx, member, comment, data.body, versions=versions))


@delete("/api/v2/comments/{comment_id:str}", may="comments.write", within=FOUND, queries=3, problems=(412, 428))
async def delete_comment(call: Call, comment_id: str) -> None:
    """Delete a comment: your own, or anyone's with the permission. Requires If-Match with the ETag you read."""
    comment, member = await _find(call, comment_id)
    await actions.delete_comment(call.tx, member, comment, versions=call.expected_versions())


async def _find(call: Call, comment_id: str) -> tuple[Comment, Membership]:
    """A comment, and evidence of the route's permission in its organisation."""
    comment = await actions.find_comment(call.db, comment_id)
    return comment, call.within(comment.organisation, actions.MISSING)


ROUTES = (list_comments, post_comment, read_comment, change_comment, delete_comment)
