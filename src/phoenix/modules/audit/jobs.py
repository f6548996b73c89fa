"""Verification of the audit log, every night and on request by staff."""

from __future__ import annotations

import structlog

from phoenix.kernel.data.jobs import JobKind, Nothing
from phoenix.kernel.module import Job
from phoenix.kernel.runtime import Runtime
from phoenix.modules.audit import actions
from phoenix.modules.audit.queries import HEAD

VERIFY = JobKind("audit.verify", Nothing, queue="long", timeout=3600, attempts=3)

log = structlog.get_logger(__name__)


async def verify_audit_log(runtime: Runtime, _: Nothing) -> None:
    """Verify the whole log, and store the result."""
    await verify_nightly(runtime)


async def verify_nightly(runtime: Runtime) -> None:
    """Like `verify_audit_log`. Also writes the log's end to the process log, which is stored elsewhere and so bears witness to it."""
    verification = await actions.check(runtime)
    async with runtime.database.reader() as db:
        head = await db.maybe(HEAD)
    if verification.fault:
        log.error("audit_log_broken", rows=verification.rows, fault=verification.fault)
    elif head is not None:
        log.info("audit_log_whole", rows=head.number, hash=head.hash.hex())


JOBS = (Job(VERIFY, verify_audit_log),)
