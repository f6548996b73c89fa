"""When sessions were last used."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.database import Transaction
from phoenix.modules.accounts import queries


async def write_seen(tx: Transaction, seen: Sequence[tuple[str, float]]) -> None:
    """Write down the last use of sessions, as (id, seconds since 1970), in one statement."""
    await tx.execute(queries.SEEN, [session for session, _ in seen], [at for _, at in seen])
