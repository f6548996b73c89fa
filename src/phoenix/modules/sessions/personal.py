"""Export and erasure of the personal data in sessions."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.query import Rows
from phoenix.modules.sessions import queries
from phoenix.modules.sessions.actions.end import end_other_sessions


async def export(db: Reader, account: str) -> dict[str, Any]:
    """Every stored session, without its tokens."""
    del db
    return {"sessions": Rows(queries.PERSON_SESSIONS, (account,))}


async def erase(tx: Transaction, account: str) -> None:
    """Delete the sessions of a person, those in which they impersonated someone, and the devices they were known by."""
    await tx.execute(queries.ERASE, account)
    tx.invalidate(ACCOUNT(account))


async def deletion_asked(tx: Transaction, actor: Actor) -> None:
    """Sign the person out everywhere else."""
    await end_other_sessions(tx, actor.account, keep=actor.session, reason="deletion_asked")
