"""Count inboxes again of which their people may see more or less than before."""

from __future__ import annotations

from collections.abc import Collection

from phoenix.kernel.data.database import Transaction
from phoenix.modules.notifications import queries
from phoenix.modules.notifications.events import InboxChanged
from phoenix.modules.notifications.unread import INBOX
from phoenix.modules.organisations.events import MemberJoined, MemberLeft, RoleEnded

# What is said of an organisation is seen by its members only.
MEMBERSHIPS = frozenset({MemberJoined.kind, MemberLeft.kind, RoleEnded.kind})


async def recount(tx: Transaction, accounts: Collection[str]) -> None:
    """Tell the devices of these people how many are unread now: one statement, none for nobody."""
    if not accounts:
        return
    for account in await tx.all(queries.RECOUNT, sorted(set(accounts))):
        tx.invalidate(INBOX(account))
        tx.record(InboxChanged(subject=account))
