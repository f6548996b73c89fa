"""Numbers from which someone replied STOP: they are sent nothing until a reply of START, also after the accounts that had them are erased.

Of an erased account only a keyed hash of the number stays.
"""

from __future__ import annotations

from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.runtime import Runtime
from phoenix.modules.sms import queries


async def stop(runtime: Runtime, tx: Transaction, number: str) -> bool:
    """Send nothing to a number any more. Returns whether something was."""
    return await tx.execute(queries.STOP, number, tx.now, _key(runtime, number)) > 0


async def start(runtime: Runtime, tx: Transaction, number: str) -> bool:
    """Send to a number again. Returns whether it had stopped."""
    return await tx.execute(queries.START, [number, _key(runtime, number)]) > 0


async def has_stopped(runtime: Runtime, db: Reader, number: str) -> bool:
    return await db.one(queries.HAS_STOPPED, [number, _key(runtime, number)])


def _key(runtime: Runtime, number: str) -> str:
    return runtime.keys.mac("sms: stopped", number).hex()
