"""Security emails to the owner of an account. Each module declares its own."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import JobKind, enqueue, enqueue_all
from phoenix.kernel.module import SecurityNotice


class NoticeDue(Struct, frozen=True):
    """Whom to notify about what, and the id of the record with the facts, if that is not the account."""

    account: str
    what: str
    about: str = ""


SEND_NOTICE = JobKind("accounts.send_security_notice", NoticeDue, priority=1)


async def notify(tx: Transaction, account: str, notice: SecurityNotice, *, about: str = "") -> None:
    """Send a notice once the transaction is committed. `about` is the id of the record with its facts; by default the account's."""
    await enqueue(tx, SEND_NOTICE, NoticeDue(account, notice.name, about))


async def notify_all(tx: Transaction, accounts: Sequence[str], notice: SecurityNotice, *, about: str) -> None:
    """Like `notify`, for several accounts and in one statement. The caller says how many at a time."""
    await enqueue_all(tx, SEND_NOTICE, [NoticeDue(account, notice.name, about) for account in accounts])
