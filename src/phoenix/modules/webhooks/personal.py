"""The personal data in webhooks: who created them, which is in the export of events."""

from __future__ import annotations

from phoenix.kernel.data.database import Transaction


async def erase(tx: Transaction, account: str) -> None:
    """Webhooks belong to their organisation and stay; the account's row, to which they point, no longer has a name."""
    del tx, account
