"""The email about a sign-in on a new device."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import JobKind, enqueue
from phoenix.kernel.email.mailer import EMAIL_ATTEMPTS
from phoenix.modules.sessions.events import NewDeviceSeen


class NewDevice(Struct, frozen=True):
    """The session that was started on a new device, and its account."""

    account: str
    session: str


SEND_NEW_DEVICE = JobKind("sessions.send_new_device", NewDevice, attempts=EMAIL_ATTEMPTS)


async def notify_of_new_device(tx: Transaction, account: str, session: str) -> None:
    """Notify the owner that someone signed in on a new device."""
    tx.record(NewDeviceSeen(subject=account, session=session))
    await enqueue(tx, SEND_NEW_DEVICE, NewDevice(account, session))
