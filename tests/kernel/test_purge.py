"""What is old is deleted in batches, each in a transaction of its own."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from tests.harness import Harness
from tests.source import QUERIES

from phoenix.kernel.data import purge
from phoenix.kernel.data.database import Database
from phoenix.kernel.web.kept_forms import FORGET, KEEP

FORMS = """
    INSERT INTO kept_forms (token_hash, account_id, sealed, created_at)
    SELECT decode(md5(n::text), 'hex'), $1, '\\x00', $2::timestamptz FROM generate_series(1, $3::int) AS n
"""


def test_everything_old_is_deleted_and_no_transaction_deletes_more_than_a_batch(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = 0
    transaction = Database.transaction

    def counted(*given: Any, **more: Any) -> Any:
        nonlocal begun
        begun += 1
        return transaction(*given, **more)

    async def run() -> None:
        async with harness:
            ada = (await harness.person("ada")).id
            now = harness.clock.now()
            await harness.sql(FORMS, ada, now - 2 * KEEP, 2 * purge.BATCH + 1)
            await harness.sql("INSERT INTO kept_forms (token_hash, account_id, sealed, created_at) VALUES ('new', $1, 'x', $2)", ada, now)
            monkeypatch.setattr(Database, "transaction", counted)
            assert await purge.forget(harness.runtime.database, FORGET, now - KEEP) == 2 * purge.BATCH + 1
            monkeypatch.undo()
            assert begun == 4, "two full batches, a row, and none"
            (left,) = await harness.sql("SELECT count(*) FROM kept_forms")
            assert left["count"] == 1

    asyncio.run(run())


# How many rows they can have: nothing piles up there.
FEW = {"phoenix.modules.presence.queries.FORGET_OLD": "a row of each process of sockets"}


def test_whatever_is_deleted_by_its_age_is_deleted_in_batches() -> None:
    """A statement over all that is old takes longer the longer nobody ran it, until it takes longer than a statement may."""
    by_age = re.compile(r"DELETE FROM \w+(?: \w+)? WHERE (?!.*(= \$|= ANY|=ANY|LIMIT|IN \())", re.DOTALL)
    unbounded = {name for name, query in QUERIES.items() if by_age.match(query.sql.strip()) and "<" in query.sql}
    assert unbounded == set(FEW)
