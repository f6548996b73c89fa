"""Mark items as read or unread, and archive them, on all devices at once."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.errors import NotFound
from phoenix.kernel.language import _
from phoenix.modules.notifications import queries
from phoenix.modules.notifications.events import NotificationsArchived, NotificationsRead
from phoenix.modules.notifications.unread import INBOX

MOST_NUMBERS = 500
MISSING = _("This notification doesn't exist.")


async def read(tx: Transaction, account: str, numbers: Sequence[int] = (), *, through: int = 0) -> int:
    """Mark these as read, and all up to `through`. Returns how many were unread."""
    changed = len(await tx.all(queries.READ, account, list(numbers), tx.now, through))
    return _noted(tx, account, changed)


async def unread(tx: Transaction, account: str, numbers: Sequence[int]) -> int:
    """Mark these as unread. Returns how many were read."""
    return _noted(tx, account, len(await tx.all(queries.UNREAD_AGAIN, account, list(numbers))))


async def archive(tx: Transaction, account: str, item: str, *, with_them: Sequence[int] = ()) -> None:
    """Archive one, and those shown with it, which also marks them as read. Does nothing if all are archived. Raises NotFound."""
    if not await tx.all(queries.ARCHIVE, account, item, tx.now, list(with_them)):
        if await tx.maybe(queries.FIND, account, item) is None:
            raise NotFound(MISSING)
        return
    tx.record(NotificationsArchived(subject=account))
    tx.invalidate(INBOX(account))


def _noted(tx: Transaction, account: str, changed: int) -> int:
    if changed:
        tx.record(NotificationsRead(subject=account))
        tx.invalidate(INBOX(account))
    return changed
