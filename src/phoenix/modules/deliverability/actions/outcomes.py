"""What became of emails after they were sent, by the references that their senders know them by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.email.recipients import EmailReport
from phoenix.kernel.language import _
from phoenix.modules.deliverability import queries

NO_MAILBOX, FULL, UNREACHABLE, BLOCKED, PROVIDER = "no_mailbox", "mailbox_full", "unreachable", "blocked", "provider_stopped"
REASONS = {
    NO_MAILBOX: _("Not delivered, because the address doesn't exist or accepts no emails"),
    FULL: _("Not delivered, because the mailbox is full"),
    UNREACHABLE: _("Not delivered, because the mail server of the address couldn't be reached"),
    BLOCKED: _("Not delivered, because the mail server of the address refused the email"),
    PROVIDER: _("Not delivered, because the email provider no longer sends to the address"),
}


class Outcome(Struct, frozen=True):
    """That an email was delivered, or that it was not, and why, as one of `REASONS`."""

    reference: str
    state: Literal["delivered", "undelivered"]
    reason: str = ""


def reason_of_status(status: str) -> str:
    """Why an email was not delivered, by its enhanced status code (RFC 3463): what is not about the mailbox or the network is a refusal."""
    if status.endswith(".2.2"):
        return FULL
    return UNREACHABLE if status.startswith("4.4.") or status in {"5.4.1", "5.4.2", "5.4.7"} else BLOCKED


async def note(tx: Transaction, outcomes: Iterable[Outcome]) -> None:
    """Note what became of emails. What came back was not delivered, also if it was taken for delivered before."""
    found: dict[str, Outcome] = {}
    for one in outcomes:
        if one.state == "undelivered" or one.reference not in found:
            found[one.reference] = one
    if found:
        rows = zip(*((one.reference, one.state, one.reason) for one in found.values()), strict=True)
        await tx.execute(queries.NOTE_OUTCOMES, *map(list, rows), tx.now)


async def reports(db: Reader, references: Sequence[str]) -> Sequence[EmailReport]:
    """What is known of emails, by their references."""
    return await db.all(queries.OUTCOMES, list(references))
