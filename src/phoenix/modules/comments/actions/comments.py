"""Actions on comments: post, change, delete."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.actor import Membership
from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import check_id, new_id
from phoenix.kernel.errors import EditConflict, Forbidden, NotFound
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.comments import queries
from phoenix.modules.comments.actions.mentions import check_mentions
from phoenix.modules.comments.events import CommentChanged, CommentDeleted, CommentPosted, PersonMentioned
from phoenix.modules.comments.queries import Comment
from phoenix.modules.entries.actions import MISSING as NO_ENTRY

BODY_MOST = 5_000
# Of a person. Each comment notifies whoever takes part, and each mention someone who need not.
COMMENTS_AN_HOUR = Limit("comments", 300, 3600)
MENTIONS_AN_HOUR = Limit("mentions", 60, 3600)
MISSING = _("This comment doesn't exist, or you don't have access to it.")


async def post_comment(runtime: Runtime, tx: Transaction, member: Membership, entry: str, body: str) -> Comment:
    """Comment on an entry of the member's organisation. Raises InvalidInput, NotFound and TooManyRequests."""
    text = _checked(body)
    mentioned = await check_mentions(tx, member.organisation, text)
    await runtime.limiter.require(COMMENTS_AN_HOUR, member.account)
    comment = await tx.maybe(queries.INSERT, new_id("com", tx.now), entry, member.account, text, tx.now, member.organisation)
    if comment is None:
        raise NotFound(NO_ENTRY)
    tx.record(CommentPosted(organisation=comment.organisation, subject=comment.id, entry=comment.entry))
    await _mention(runtime, tx, comment, mentioned)
    return comment


async def find_comment(db: Reader, comment: str) -> Comment:
    """One comment, in whichever organisation: the caller checks whether the actor can see it. Raises NotFound."""
    found: Comment | None = None
    if check_id(comment, "com"):
        found = await db.maybe(queries.COMMENT, comment)
    if found is None:
        raise NotFound(MISSING)
    return found


async def change_comment(
    runtime: Runtime, tx: Transaction, member: Membership, comment: Comment, body: str, *, versions: Sequence[int] | None
) -> Comment:
    """Change one's own comment. Raises EditConflict if none of `versions` is the latest, InvalidInput and TooManyRequests."""
    if comment.organisation != member.organisation:
        raise NotFound(MISSING)
    if comment.author != member.account:
        raise Forbidden(_("Only the author can change this comment."))
    text = _checked(body)
    if text == comment.body and (versions is None or comment.version in versions):
        return comment
    mentioned = await check_mentions(tx, member.organisation, text, before=comment.body)
    changed = await tx.maybe(queries.CHANGE, comment.id, text, tx.now, versions)
    if changed is None:
        raise await _conflict(tx, comment)
    tx.record(CommentChanged(organisation=changed.organisation, subject=changed.id, entry=changed.entry))
    await _mention(runtime, tx, changed, mentioned)
    return changed


async def delete_comment(tx: Transaction, member: Membership, comment: Comment, *, versions: Sequence[int] | None) -> None:
    """Delete one's own comment, or anyone's with the permission. Raises EditConflict if none of `versions` is the latest."""
    if comment.organisation != member.organisation:
        raise NotFound(MISSING)
    if not may_delete(member, comment):
        raise Forbidden(_("Only the author or an administrator can delete this comment."))
    if not await tx.execute(queries.DELETE, comment.id, versions):
        raise await _conflict(tx, comment)
    tx.record(CommentDeleted(organisation=comment.organisation, subject=comment.id, entry=comment.entry))


def may_change(member: Membership, comment: Comment) -> bool:
    return "comments.write" in member.permissions and comment.author == member.account


def may_delete(member: Membership, comment: Comment) -> bool:
    return may_change(member, comment) or "comments.moderate" in member.permissions


async def _mention(runtime: Runtime, tx: Transaction, comment: Comment, accounts: Sequence[str]) -> None:
    """Record whom a comment mentions for the first time: who was taken out and put in again has been notified."""
    if not accounts:
        return
    await runtime.limiter.require(MENTIONS_AN_HOUR, comment.author)
    fresh = set(await tx.all(queries.MENTION, comment.id, list(accounts)))
    for account in (one for one in accounts if one in fresh):
        tx.record(PersonMentioned(organisation=comment.organisation, subject=comment.id, entry=comment.entry, mentioned=account))


async def _conflict(tx: Transaction, comment: Comment) -> EditConflict | NotFound:
    latest = await tx.maybe(queries.COMMENT, comment.id)
    if latest is None:
        return NotFound(MISSING)
    # Nobody else can change it: it is another window or device of its author.
    return EditConflict(_("You saved another version of this comment in the meantime."), by=latest.author, at=latest.updated_at)


def _checked(body: str) -> str:
    fields = Fields()
    text = fields.text("body", body, most=BODY_MOST)
    if not text and not fields.errors:
        fields.refuse("body", "missing", _("Write a comment."))
    fields.check()
    return text
