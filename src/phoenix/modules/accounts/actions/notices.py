"""Email the owner of an account about its safety. What can be said is declared by the module it is about."""

from __future__ import annotations

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import enqueue

JOB = "accounts.send_security_notice"


async def notify(tx: Transaction, account: str, notice: str, **payload: str) -> None:
    """Send the notice of that name once the transaction is committed. `payload` are ids that its facts are read by."""
    await enqueue(tx, JOB, {"account": account, "what": notice, **payload})
