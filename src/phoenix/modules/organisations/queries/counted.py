"""How much goes with an organisation, in one statement made from what modules declare."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.data.query import Query, query
from phoenix.kernel.module import Counted

MOST = 10_000


def counts_of(counted: Sequence[Counted]) -> Query[list[int]]:
    """One number for each; one more than `MOST` where there are more."""
    each = ", ".join(
        f"(SELECT count(*) FROM ({one.sql.replace('{organisation}', '$1')} LIMIT {MOST + 1}) AS found)"  # noqa: S608 - with what modules declare
        for one in counted
    )
    return query(lambda counts: counts, f"SELECT ARRAY[{each}] AS counts")
