"""Send what is due outside Phoenix: everything of a person in one email."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

from msgspec import Struct

from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.jobs import JobKind, Nothing, enqueue_all
from phoenix.kernel.email.mailer import EMAIL_ATTEMPTS
from phoenix.kernel.email.transports.transport import RecipientRefused
from phoenix.kernel.errors import PermanentFailure, Unavailable
from phoenix.kernel.i18n.isolation import Ours
from phoenix.kernel.language import ngettext, reading
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.notifications import choices
from phoenix.modules.notifications.actions import send_by
from phoenix.modules.notifications.actions.send_by import NOT_WANTED, READ, REFUSED, TAKEN
from phoenix.modules.notifications.actions.wanted import wanted_now
from phoenix.modules.notifications.choices import EMAIL
from phoenix.modules.notifications.deliveries import email_reference
from phoenix.modules.notifications.items import Group, in_groups
from phoenix.modules.notifications.timing import after_quiet_hours

TEMPLATE = "notifications/notifications"
MOST_AT_ONCE = 500
# At least this long lies between two emails to a person that are not urgent: what comes in that time is in the next.
APART = timedelta(minutes=10)
MOST_IN_EMAIL, MOST_SHOWN = 200, 20
# Longer than a job tries to send one.
ABANDONED = timedelta(hours=26)
UNSUBSCRIBE = "notifications.unsubscribe"
STOPPED, ADDRESS = "stopped", "address"
DROPPED: Literal["dropped"] = "dropped"


class Sending(Struct, frozen=True):
    """Whom something is sent to, and the batch in which it was taken from the queue."""

    account: str
    batch: str


SEND_DUE = JobKind("notifications.send_due", Nothing)
SEND_EMAIL = JobKind("notifications.send_email", Sending, attempts=EMAIL_ATTEMPTS)


async def send_due(runtime: Runtime, nothing: Nothing | None = None) -> None:
    """Take what is due from the queue, and enqueue a job for each person."""
    del nothing
    async with runtime.database.transaction() as tx:
        await tx.execute(choices.DROP_ABANDONED, tx.now - ABANDONED)
    while True:
        async with runtime.database.transaction() as tx:
            await tx.execute(choices.TAKE_TURNS)
            batch = new_id("bat", tx.now)
            due = await tx.all(choices.TAKE, tx.now, MOST_AT_ONCE, tx.now - APART, batch)
            await enqueue_all(tx, SEND_EMAIL, [Sending(one.account, batch) for one in due if one.channel == EMAIL])
            await send_by.enqueue_others(runtime.part(Registry), tx, batch, due)
        if not due:
            return


async def send_email(runtime: Runtime, sending: Sending) -> None:
    """Send one email with all that was taken for a person. A crash after it was sent, before that is noted, sends it twice, never not at all."""
    registry = runtime.part(Registry)
    async with runtime.database.reader() as db:
        to = await db.maybe(choices.RECIPIENT, sending.account)
        found = rows = await db.all(choices.TO_SEND, sending.account, EMAIL, sending.batch, MOST_IN_EMAIL) if to is not None else []
        more = await db.one(choices.IN_BATCH, sending.account, EMAIL, sending.batch) - len(rows) if len(rows) == MOST_IN_EMAIL else 0
        schedule, rows = await wanted_now(db, registry, sending.account, EMAIL, rows) if rows else (None, [])
        groups = await in_groups(db, registry, rows)
    now = runtime.clock.now()
    later = now if schedule is None else after_quiet_hours(now, schedule)
    if later > now and not any(registry.notifications[row.notification].urgent for row in rows):
        # It was due before their quiet hours, and is sent only now: after another email, or a server that was away.
        async with runtime.database.transaction() as tx:
            await tx.execute(choices.LATER, sending.account, EMAIL, later, sending.batch)
        return
    items = [item for group in groups for item in group.items]
    sent, why = False, NOT_WANTED if to is None or found else READ
    try:
        if to is not None and items:
            kinds = {item.kind for item in items}
            link = unsubscribe_link(runtime, sending.account, kinds.pop() if len(kinds) == 1 else "")
            with reading(to.locale):
                sent = await runtime.mailer.send_template(
                    TEMPLATE,
                    to=to.email,
                    unsubscribe=link,
                    reference=email_reference(runtime.keys, sending.account, sending.batch),
                    **said_in(runtime, to.name, groups, link, more),
                )
            why = NOT_WANTED if sent else STOPPED
    except Unavailable:
        async with runtime.database.transaction() as tx:
            await tx.execute(
                choices.TRIED, sending.account, EMAIL, sending.batch, [item.number for item in items], tx.now, TAKEN, None, None
            )
        raise
    except PermanentFailure as refused:
        await _note(runtime, sending, [], ADDRESS if isinstance(refused, RecipientRefused) else REFUSED, state="refused")
        raise
    counted = min((row.number for row in found), default=0) if sent and more else 0
    await _note(runtime, sending, [item.number for item in items] if sent else [], why, before=counted)


async def _note(
    runtime: Runtime, sending: Sending, sent: Sequence[int], why: str, *, before: int = 0, state: Literal["dropped", "refused"] = DROPPED
) -> None:
    """What of the batch was sent, also what comes `before` a number, and was only counted. The rest was not, and why."""
    async with runtime.database.transaction() as tx:
        await tx.execute(choices.SENT, sending.account, EMAIL, tx.now, list(sent), sending.batch, why, before, state)


def said_in(runtime: Runtime, name: str, groups: Sequence[Group], unsubscribe: str, more: int = 0) -> dict[str, Any]:
    """What the email says, for its template. `more` are only counted."""
    url = runtime.settings.public_url
    return {
        "name": name,
        "items": [
            {"summary": one.summary, "why": one.first.why, "link": Ours(f"{url}{one.link or '/notifications'}")}
            for one in groups[:MOST_SHOWN]
        ],
        "more": sum(len(group.items) for group in groups[MOST_SHOWN:]) + more,
        "inbox": Ours(f"{url}/notifications"),
        "preferences": Ours(f"{url}/settings/notifications"),
        "stop_link": Ours(unsubscribe),
        "subject_line": groups[0].summary if len(groups) == 1 and not more else number_of(sum(len(group.items) for group in groups) + more),
    }


def number_of(count: int) -> str:
    """How many notifications an email is about, as its subject says."""
    return ngettext("{count} notification", "{count} notifications", count).format(count=count)


def unsubscribe_link(runtime: Runtime, account: str, kind: str) -> str:
    """The address that ends emails of a kind for a person, or all of them. It works without signing in, and for as long as the email is kept."""
    return f"{runtime.settings.public_url}/notifications/unsubscribe/{runtime.keys.sign(UNSUBSCRIBE, f'{account} {kind}')}"
