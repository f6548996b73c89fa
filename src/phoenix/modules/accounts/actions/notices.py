"""Security emails to the owner of an account. Each module declares its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import JobKind, enqueue, enqueue_all
from phoenix.kernel.email.mailer import EMAIL_ATTEMPTS
from phoenix.kernel.i18n.isolation import Ours, isolated
from phoenix.kernel.language import _
from phoenix.kernel.module import SecurityNotice
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime

# The email that every notice is sent in.
TEMPLATE = "accounts/security_notice"
# The advice in a notice, unless it has advice of its own.
# A reset works for whoever has the mailbox, also after someone else changed the password; it signs out all devices and revokes keys.
STRANGER = _(
    "If this wasn't you, reset your password by email on the sign-in page: that signs out all devices and revokes your API keys. "
    "Then contact support."
)


class NoticeDue(Struct, frozen=True):
    """Whom to notify about what, and the id of the record with the facts, if that is not the account."""

    account: str
    what: str
    about: str = ""


SEND_NOTICE = JobKind("accounts.send_security_notice", NoticeDue, priority=1, attempts=EMAIL_ATTEMPTS)


async def notify(tx: Transaction, account: str, notice: SecurityNotice, *, about: str = "") -> None:
    """Send a notice once the transaction is committed. `about` is the id of the record with its facts; by default the account's."""
    await enqueue(tx, SEND_NOTICE, NoticeDue(account, notice.name, about))


async def notify_all(tx: Transaction, accounts: Sequence[str], notice: SecurityNotice, *, about: str) -> None:
    """Like `notify`, for several accounts and in one statement. The caller says how many at a time."""
    await enqueue_all(tx, SEND_NOTICE, [NoticeDue(account, notice.name, about) for account in accounts])


def said_in(runtime: Runtime, notice: SecurityNotice, facts: Mapping[str, str], *, address: str = "") -> dict[str, Any]:
    """What the email of a notice says, for its template. `address` is that of the pages where it is not the process's own."""
    shown = {name: isolated(fact) for name, fact in facts.items()}
    return {
        "sentence": notice.sentence.format(**shown),
        "title": notice.title or _("Account security"),
        "foot": notice.foot.format(**shown) or STRANGER,
        "button": notice.button or _("Open settings"),
        "link": Ours(
            f"{address or runtime.settings.public_url}{notice.path.format(**facts) or runtime.part(Registry).sign_in.second_factor}"
        ),
    }
