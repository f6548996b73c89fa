"""Actions on entries: post, change, delete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct, structs

from phoenix.kernel.actor import Membership
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import check_id, new_id
from phoenix.kernel.errors import EditConflict, Forbidden, NotFound
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.language import _
from phoenix.modules.entries import queries
from phoenix.modules.entries.events import EntryChanged, EntryDeleted, EntryPosted
from phoenix.modules.entries.queries import Entry

TITLE_MOST = 200
BODY_MOST = 20_000
EXCERPT_MOST = 280
FUTURE_MOST = timedelta(days=366)
PAST_MOST = timedelta(days=366 * 150)

MISSING = _("This entry doesn't exist, or you don't have access to it.")


class Draft(Struct, frozen=True):
    """The fields to post or change; None leaves a field unchanged."""

    title: str | None = None
    body: str | None = None
    occurred_at: datetime | None = None
    time_zone: str | None = None


async def post_entry(tx: Transaction, member: Membership, draft: Draft) -> Entry:
    """Post an entry in the member's organisation. Raises InvalidInput with every invalid field."""
    clean = _checked(tx, Draft(draft.title or "", draft.body or "", draft.occurred_at or tx.now, draft.time_zone or "UTC"))
    entry = await tx.one(
        queries.INSERT,
        new_id("ent", tx.now),
        member.organisation,
        member.account,
        clean.title,
        clean.body,
        clean.occurred_at,
        clean.time_zone,
        tx.now,
    )
    tx.record(EntryPosted(organisation=entry.organisation, subject=entry.id, title=entry.title, excerpt=excerpt(entry.body)))
    return entry


async def find_entry(db: Reader, entry: str) -> Entry:
    """One entry, in whichever organisation: the caller checks whether the actor can see it. Raises NotFound."""
    found: Entry | None = None
    if check_id(entry, "ent"):
        found = await db.maybe(queries.ENTRY, entry)
    if found is None:
        raise NotFound(MISSING)
    return found


async def change_entry(tx: Transaction, member: Membership, entry: Entry, draft: Draft, *, versions: Sequence[int] | None) -> Entry:
    """Change one's own entry, or anyone's with the permission. Raises EditConflict if none of `versions` is the latest."""
    _check_changeable(member, entry)
    clean = _checked(tx, draft)
    if (versions is None or entry.version in versions) and not _changes(clean, entry):
        return entry
    given = (clean.title, clean.body, clean.occurred_at, clean.time_zone)
    changed = await tx.maybe(queries.CHANGE, entry.id, *given, tx.now, versions, member.account)
    if changed is None:
        raise await _conflict(tx, member, entry, _("Someone else edited this entry while you were writing."))
    tx.record(EntryChanged(organisation=entry.organisation, subject=entry.id, title=changed.title))
    return changed


async def delete_entry(tx: Transaction, member: Membership, entry: Entry, *, versions: Sequence[int] | None) -> None:
    """Delete one's own entry, or anyone's with the permission. Raises EditConflict if none of `versions` is the latest."""
    _check_changeable(member, entry)
    if not await tx.execute(queries.DELETE, entry.id, versions):
        raise await _conflict(tx, member, entry, _("Someone else edited this entry after you opened this page."))
    tx.record(EntryDeleted(organisation=entry.organisation, subject=entry.id, title=entry.title))


def may_change(member: Membership, entry: Entry) -> bool:
    """Whether the member can change or delete an entry of their organisation."""
    return "entries.write" in member.permissions and (entry.author == member.account or "entries.moderate" in member.permissions)


def excerpt(body: str) -> str:
    """The start of a body on one line, cut at a word, or inside a long one. `queries.EXCERPT` is the same in SQL."""
    line = " ".join(body.split())
    if len(line) <= EXCERPT_MOST:
        return line
    start = line[:EXCERPT_MOST]
    words = start.rpartition(" ")[0]
    # Not every language puts spaces between words.
    return (words if len(words) >= EXCERPT_MOST // 2 else start) + " …"


async def _conflict(tx: Transaction, member: Membership, entry: Entry, sentence: str) -> EditConflict | NotFound:
    latest = await tx.maybe(queries.LATEST, entry.id)
    if latest is None:
        return NotFound(MISSING)
    own = latest.by == member.account
    return EditConflict(_("You saved another version of this entry in the meantime.") if own else sentence, by=latest.by, at=latest.at)


def _check_changeable(member: Membership, entry: Entry) -> None:
    if entry.organisation != member.organisation:
        raise NotFound(MISSING)
    if not may_change(member, entry):
        raise Forbidden(_("Only the author or an administrator can change this entry."))


def _changes(draft: Draft, entry: Entry) -> bool:
    return any(value is not None and value != getattr(entry, name) for name, value in structs.asdict(draft).items())


def _checked(tx: Transaction, draft: Draft) -> Draft:
    fields = Fields()
    title = None if draft.title is None else fields.line("title", draft.title, most=TITLE_MOST, missing=_("Enter a title."))
    body = None if draft.body is None else fields.text("body", draft.body, most=BODY_MOST)
    time_zone = None if draft.time_zone is None else fields.time_zone(draft.time_zone)
    if draft.occurred_at is not None and not tx.now - PAST_MOST <= draft.occurred_at <= tx.now + FUTURE_MOST:
        fields.refuse("occurred_at", "out_of_range", _("Choose a time in the last 150 years or within the next year."))
    fields.check()
    return Draft(title, body, draft.occurred_at, time_zone)
