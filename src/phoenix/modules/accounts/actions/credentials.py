"""What a person can sign in with, counted across all modules in one statement."""

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
    """For each kind of credential that can start a sign-in, how many the account has, by name."""
    return await db.one(statement(runtime.part(Registry).credentials), account)


@functools.lru_cache(maxsize=4)
def statement(credentials: Sequence[Credential]) -> Query[Mapping[str, int]]:
    """One row with a JSON object of counts. $1 is the account."""
    counts = ", ".join(f"'{found.name}', ({found.sql.format(account='$1')})" for found in credentials if found.signs_in)
    return query(_as_is, f"SELECT jsonb_build_object({counts}) AS methods")


def _as_is(methods: Any) -> Mapping[str, int]:
    return methods  # type: ignore[no-any-return]
