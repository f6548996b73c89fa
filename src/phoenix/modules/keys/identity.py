"""From an API key to the account it acts for."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.actor import SessionRecord, Use
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token
from phoenix.modules.keys import queries

RECORDS = "key_"


async def find(runtime: Runtime, db: Reader, token: str) -> SessionRecord | None:
    """The valid key, or None."""
    del runtime
    return await db.maybe(queries.RECORD, hash_token(token), db.now)


async def why(db: Reader, key: str) -> str:
    """The reason why a key is no longer valid, as a code for machines."""
    del db, key
    return "ended"


async def write_seen(tx: Transaction, seen: Sequence[Use]) -> None:
    """Save when keys were last used, in one statement."""
    await tx.execute(queries.SEEN, [use.session for use in seen], [use.at for use in seen])
