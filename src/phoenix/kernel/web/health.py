"""Liveness, readiness and metrics of this process."""

from __future__ import annotations

import asyncio

from msgspec import Struct

from phoenix.kernel.data.failures import DatabaseReadOnly
from phoenix.kernel.data.query import Query, query
from phoenix.kernel.errors import Unavailable
from phoenix.kernel.web.assets import FIX, missing_asset
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import get
from phoenix.kernel.web.pages import Plain, page
from phoenix.kernel.web.rules import PUBLIC
from phoenix.kernel.web.socket_figures import metric_lines, read_figures

# Modules read their metrics on their own connections.
METRIC_QUERIES = 0
READ_ONLY: Query[bool] = query(bool, "SELECT current_setting('transaction_read_only')::boolean")
# More than a page of a file, so that it needs room.
NEEDS_ROOM = "CREATE TEMPORARY TABLE phoenix_room ON COMMIT DROP AS SELECT repeat('x', 1000) FROM generate_series(1, 100)"


class Liveness(Struct):
    status: str


class Readiness(Struct):
    status: str
    database: str
    cache: str


@get("/healthz", may=PUBLIC, queries=0, tag="health")
async def alive(call: Call) -> Liveness:
    """Check that this process is running."""
    del call
    return Liveness("ok")


@get("/readyz", may=PUBLIC, queries=1, tag="health")
async def ready(call: Call) -> Readiness:
    """Check that this process is ready: its database accepts changes and its background tasks run. Without the cache it stays ready, but is slower."""
    if missing_asset(call.runtime.settings.web.static) is not None:
        raise Unavailable(f"The styles and scripts that every page needs are missing. {FIX}")
    if await call.db.one(READ_ONLY):
        raise DatabaseReadOnly
    if call.runtime.database.is_full:
        connection = await call.db.connection()
        async with connection.transaction():
            await connection.execute(NEEDS_ROOM)
        call.runtime.database.is_full = False
    if call.runtime.background.down:
        raise Unavailable("Background work was interrupted and is being started again.")
    valkey = call.runtime.valkey
    cache = "off" if valkey is None else "ok" if await valkey.ping() else "unreachable"
    for check in (check for check in call.registry.checks if check.readiness):
        if problem := await check.ask(call.runtime):
            raise Unavailable(problem)
    return Readiness("ok", "ok", cache)


@page("/metrics", may=PUBLIC, queries=METRIC_QUERIES, listeners=("admin",))
async def metrics(call: Call) -> Plain:
    """Figures of this process, of the sockets and of the modules, in Prometheus' text format 0.0.4."""
    cache = call.runtime.cache
    lines = [
        *_lines("phoenix_cache_hits_total", "Reads answered from this process's memory", "counter", cache.hits),
        *_lines("phoenix_cache_remote_hits_total", "Reads answered from Valkey", "counter", cache.remote_hits),
        *_lines("phoenix_cache_misses_total", "Reads answered by a query", "counter", cache.misses),
    ]
    restarts = call.runtime.background.restarts
    lines += ["# HELP phoenix_background_restarts_total Background tasks started again", "# TYPE phoenix_background_restarts_total counter"]
    lines += [f'phoenix_background_restarts_total{{task="{name}"}} {restarts[name]}' for name in sorted(call.runtime.background.names)]
    figures = await asyncio.to_thread(read_figures, call.runtime.settings, call.runtime.clock.now().timestamp())
    lines += metric_lines(figures)
    for metric in (metric for module in call.registry.modules for metric in module.metrics):
        lines += _lines(metric.name, metric.about, metric.kind, await metric.read(call.runtime))
    if checks := call.registry.checks:
        problems = await asyncio.gather(*(check.ask(call.runtime) for check in checks))
        lines += ["# HELP phoenix_check Whether a check of a module passes", "# TYPE phoenix_check gauge"]
        lines += [f'phoenix_check{{check="{check.name}"}} {int(not problem)}' for check, problem in zip(checks, problems, strict=True)]
    return Plain("\n".join(lines) + "\n", "text/plain; version=0.0.4")


def _lines(name: str, about: str, kind: str, value: float) -> list[str]:
    return [f"# HELP {name} {about}", f"# TYPE {name} {kind}", f"{name} {value:g}"]


HEALTH_ROUTES = (alive, ready)
METRIC_ROUTES = (metrics,)
