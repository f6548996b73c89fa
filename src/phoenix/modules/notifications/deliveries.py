"""What was sent to people outside Phoenix, or why it was not: as a list, and in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct, structs

from phoenix.kernel.data.database import Reader
from phoenix.kernel.data.paged import Order, Paged, paged
from phoenix.kernel.data.purge import purge
from phoenix.kernel.data.query import Query, query
from phoenix.kernel.email.message_id import reference_of
from phoenix.kernel.language import _, gettext, ngettext
from phoenix.kernel.module import ChannelReport
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import Keys
from phoenix.modules.notifications.choices import EMAIL
from phoenix.modules.notifications.queries import ITEM, Item


class Delivery(Struct, frozen=True):
    """A notification by one channel. `tried_at` is when it was last looked at, `notification` the kind."""

    number: int
    channel: str
    notification: str
    state: str
    reason: str | None
    tries: int
    queued_at: datetime
    due_at: datetime
    tried_at: datetime | None
    sent_at: datetime | None
    read_at: datetime | None
    batch: str | None = None
    reported_at: datetime | None = None


class Step(Struct, frozen=True):
    """Something that happened to a delivery, in words, and when."""

    words: str
    at: datetime | None


DELIVERIES: Paged[Delivery] = paged(
    "notification deliveries",
    Delivery,
    Order("d.number DESC", "d.channel DESC"),
    """
    SELECT d.number, d.channel, n.kind AS notification, d.state, d.reason, d.tries, d.queued_at, d.due_at, d.tried_at, d.sent_at, n.read_at, d.batch
      FROM notification_deliveries d JOIN notifications n ON n.account_id = d.account_id AND n.number = d.number
     WHERE d.account_id = $1 AND {after} {order}
""",
)
OF_PERSON: Query[Delivery] = query(
    Delivery,
    """
    SELECT d.number, d.channel, n.kind AS notification, d.state, d.reason, d.tries, d.queued_at, d.due_at, d.tried_at, d.sent_at, n.read_at, d.batch
      FROM notification_deliveries d JOIN notifications n ON n.account_id = d.account_id AND n.number = d.number
     WHERE d.account_id = $1 ORDER BY d.number, d.channel
""",
)
NUMBERED: Query[Item] = query(Item, f"{ITEM} WHERE n.account_id = $1 AND n.number = ANY($2::bigint[])")
FORGET_OLD = purge("notification_deliveries", "queued_at < $1 AND state NOT IN ('queued', 'taken')", oldest="queued_at")

# Why something was not sent, by the word in the log.
REASONS = {
    "read": _("Not sent, because it was already read"),
    "quiet": _("Not sent, because of quiet hours"),
    "not_wanted": _("Not sent, because it was no longer wanted"),
    "withdrawn": _("Not sent, because what it was about has been deleted or withdrawn"),
    "nowhere": _("Not sent, because it was turned off everywhere"),
    "gone": _("Not sent, because it was turned off in that browser"),
    "no_answer": _("Not sent, because the push service couldn't be reached"),
    "refused": _("Not sent, because it was refused"),
    "address": _("Not sent, because the address doesn't exist or accepts no emails"),
    "stopped": _("Not sent, because emails to the address have stopped"),
    "gave_up": _("Not sent, because it failed too often"),
}
NOT_SENT, NOT_DELIVERED = _("Not sent"), _("Not delivered")
# Of what left Phoenix, whatever became of it then.
SENT_STATES = frozenset({"sent", "delivered", "undelivered"})


def email_reference(keys: Keys, account: str, batch: str) -> str:
    """By what the email to an account with all of a batch is known, to those who carry it as well."""
    return reference_of(keys, "notifications", account, batch)


async def with_reports(runtime: Runtime, db: Reader, account: str, found: Sequence[Delivery]) -> list[Delivery]:
    """Deliveries with what was reported of them since they were sent: a query for emails, and for each channel that reports."""
    registry = runtime.part(Registry)
    known: dict[tuple[str, str], ChannelReport] = {}
    for name in sorted({one.channel for one in found if one.state == "sent" and one.batch}):
        messages = sorted({one.batch for one in found if one.channel == name and one.batch})
        channel = registry.channels.get(name)
        if name == EMAIL and registry.recipients is not None:
            batches = {email_reference(runtime.keys, account, batch): batch for batch in messages}
            for email in await registry.recipients.reports(db, list(batches)):
                batch = batches[email.reference]
                known[name, batch] = ChannelReport(batch, email.state, email.reason, email.at)
        elif channel is not None and channel.reports is not None:
            known |= {(name, report.message): report for report in await channel.reports(db, account, messages)}
    return [_reported(one, known.get((one.channel, one.batch or ""))) for one in found]


def _reported(one: Delivery, report: ChannelReport | None) -> Delivery:
    if report is None or one.state != "sent":
        return one
    return structs.replace(one, state=report.state, reason=report.reason or None, reported_at=report.at)


def steps(one: Delivery, registry: Registry) -> list[Step]:
    """What happened to a delivery, in order, in the reader's language."""
    reasons = _reasons(registry, one.channel)
    made = [Step(_("Queued"), one.queued_at)]
    if one.tries > 1 or (one.state == "taken" and one.tries):
        made.append(Step(ngettext("Tried once", "Tried {count} times", one.tries).format(count=one.tries), one.tried_at))
    if one.state in SENT_STATES:
        made.append(Step(_("Sent"), one.sent_at))
    elif one.state in {"refused", "dropped"}:
        made.append(Step(gettext(reasons.get(_why(one), NOT_SENT)), one.tried_at))
    if one.state == "delivered":
        made.append(Step(_("Delivered"), one.reported_at))
    elif one.state == "undelivered":
        made.append(Step(gettext(reasons.get(one.reason or "", NOT_DELIVERED)), one.reported_at))
    if one.read_at is not None:
        made.append(Step(_("Read"), one.read_at))
    # As they happened: something can be read before it is sent.
    made.sort(key=lambda step: step.at or one.queued_at)
    return [*made, *_to_come(one)]


def _to_come(one: Delivery) -> list[Step]:
    """What is still to happen. What was read is not sent any more, and others of the same person can be sent first."""
    if one.read_at is None and one.state == "queued":
        return [Step(_("To be sent after"), one.due_at)]
    return [Step(_("Being sent"), None)] if one.read_at is None and one.state == "taken" else []


def _reasons(registry: Registry, name: str) -> Mapping[str, str]:
    """The sentences for the reasons of a channel."""
    channel = registry.channels.get(name)
    if name == EMAIL:
        return {**REASONS, **(registry.recipients.reasons if registry.recipients is not None else {})}
    return {**REASONS, **(channel.reasons if channel is not None else {})}


def _why(one: Delivery) -> str:
    was_read = one.read_at is not None and one.tried_at is not None and one.read_at <= one.tried_at
    return "read" if was_read and one.reason == "not_wanted" else one.reason or ""


def channel_label(registry: Registry, channel: str) -> str:
    """What a channel is called; its name where no module brings it any more."""
    if channel == EMAIL:
        return _("Email")
    found = registry.channels.get(channel)
    return channel if found is None else gettext(found.label)


def kind_label(registry: Registry, kind: str) -> str:
    """What a kind is called; its name where no module declares it any more."""
    found = registry.notifications.get(kind)
    return kind if found is None else gettext(found.label)


def shown(registry: Registry, found: Sequence[Delivery], summaries: dict[int, str]) -> list[dict[str, object]]:
    """Deliveries for a page: what each was about, by which channel, and what happened. Without its words it is named by its kind."""
    return [
        {
            "about": summaries.get(one.number) or kind_label(registry, one.notification),
            "channel": channel_label(registry, one.channel),
            "steps": steps(one, registry),
        }
        for one in found
    ]
