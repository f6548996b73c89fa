"""Counts that no dashboard shows any more, and zones under former names."""

from __future__ import annotations

from datetime import timedelta

import structlog

from phoenix.kernel.data.former_zones import Zoned, rename_zones
from phoenix.kernel.data.purge import forget
from phoenix.kernel.runtime import Runtime
from phoenix.modules.entries import queries

log = structlog.get_logger(__name__)

# As far back as the dashboard goes, and what its time zones reach beyond.
KEEP_COUNTS = timedelta(days=17)
ZONED = Zoned("entries", queries.ZONES, queries.RENAME_ZONES)


async def forget_old_counts(runtime: Runtime) -> None:
    """Delete the counts of days that have left the dashboard; runs by schedule."""
    await forget(runtime.database, queries.FORGET_OLD_COUNTS, runtime.clock.now() - KEEP_COUNTS)


async def rename_former_zones(runtime: Runtime) -> None:
    """Give the zones of entries their canonical names; runs by schedule."""
    if changed := await rename_zones(runtime.database, ZONED):
        log.info("zones_renamed", table=ZONED.name, rows=changed)
