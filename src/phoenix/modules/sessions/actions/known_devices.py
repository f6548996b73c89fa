"""The email about a device that an account was not used on before."""

from __future__ import annotations

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import enqueue
from phoenix.modules.sessions.events import NewDeviceSeen

JOB = "sessions.send_new_device"


async def notify_of_new_device(tx: Transaction, account: str, session: str) -> None:
    """Tell the owner that a session began on a device that was not used before."""
    tx.record(NewDeviceSeen(subject=account, session=session))
    await enqueue(tx, JOB, {"account": account, "session": session})
