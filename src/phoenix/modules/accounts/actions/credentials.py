"""What a person can sign in with, counted over all modules that bring something, in one statement."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from phoenix.kernel.data.database import Reader
from phoenix.kernel.data.query import Query, query
from phoenix.kernel.module import Credential
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime


async def sign_in_methods(runtime: Runtime, db: Reader, account: str) -> Mapping[str, int]:
    """How many of each an account has that are enough to begin to sign in, by name."""
    return await db.one(statement(runtime.part(Registry).credentials), account)


@functools.lru_cache(maxsize=4)
def statement(credentials: Sequence[Credential]) -> Query[Mapping[str, int]]:
    """One row with a JSON object of counts. $1 is the account."""
    counts = ", ".join(f"'{found.name}', ({found.sql.format(account='$1')})" for found in credentials if found.signs_in)
    return query(_as_is, f"SELECT jsonb_build_object({counts}) AS methods")


def _as_is(methods: Any) -> Mapping[str, int]:
    return methods  # type: ignore[no-any-return]
