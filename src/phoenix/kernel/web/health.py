"""Is this process alive, and can it do its work."""

from __future__ import annotations

import asyncpg
from msgspec import Struct

from phoenix.kernel.data.database import Query, query
from phoenix.kernel.errors import Unavailable
from phoenix.kernel.web.assets import FIX, missing_asset
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import get
from phoenix.kernel.web.rules import PUBLIC

SELECT_ONE: Query[int] = query(int, "SELECT 1")


class Alive(Struct):
    status: str


class Ready(Struct):
    status: str
    database: str
    cache: str


@get("/healthz", permission=PUBLIC, queries=0, tag="health")
async def alive(call: Call) -> Alive:
    """This process answers."""
    del call
    return Alive("ok")


@get("/readyz", permission=PUBLIC, queries=1, tag="health")
async def ready(call: Call) -> Ready:
    """This process can do its work. Without the cache it works more slowly, and is ready still."""
    if missing_asset(call.runtime.settings.web.static) is not None:
        raise Unavailable(f"The styles and scripts that every page needs are missing. {FIX}")
    try:
        await call.db.one(SELECT_ONE)
    except (asyncpg.PostgresError, OSError) as error:
        raise Unavailable("The database does not answer.") from error
    valkey = call.runtime.valkey
    cache = "off" if valkey is None else "ok" if await valkey.ping() else "unreachable"
    return Ready("ok", "ok", cache)


HEALTH_ROUTES = (alive, ready)
