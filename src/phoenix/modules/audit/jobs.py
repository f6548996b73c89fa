"""Verification of the audit log, every night and on request by staff; erased and replaced texts."""

from __future__ import annotations

from datetime import timedelta

import structlog

from phoenix.kernel.data.jobs import JobKind, Nothing
from phoenix.kernel.module import Job
from phoenix.kernel.runtime import Runtime
from phoenix.modules.audit.actions.archive import archive_old
from phoenix.modules.audit.actions.erase import ERASE_TEXTS, ErasedAccount
from phoenix.modules.audit.actions.erase import erase_texts as erase_texts_of
from phoenix.modules.audit.actions.rechain import replace_texts
from phoenix.modules.audit.actions.verify import check
from phoenix.modules.audit.errors import AuditLogBroken
from phoenix.modules.audit.queries import HEAD

VERIFY = JobKind("audit.verify", Nothing, queue="long", timeout=3600, attempts=3)

log = structlog.get_logger(__name__)


async def verify_audit_log(runtime: Runtime, _: Nothing) -> None:
    """Verify the whole log, and store the result."""
    await verify_nightly(runtime)


async def verify_nightly(runtime: Runtime) -> None:
    """Like `verify_audit_log`. Also writes the log's end to the process log, which is stored elsewhere and so bears witness to it."""
    verification = await check(runtime)
    async with runtime.database.reader() as db:
        head = await db.maybe(HEAD)
    if verification.fault:
        log.error("audit_log_broken", rows=verification.rows, fault=verification.fault)
    elif head is not None:
        log.info("audit_log_whole", rows=head.number, hash=head.hash.hex())


async def erase_texts(runtime: Runtime, erased: ErasedAccount) -> None:
    """Erase what an erased account wrote, and what was written about it."""
    await erase_texts_of(runtime, erased.account)


async def replace_old_texts(runtime: Runtime) -> None:
    """Replace the texts that code of 2.0 wrote into the log by their hashes."""
    try:
        await replace_texts(runtime)
    except AuditLogBroken as broken:
        log.error("audit_log_broken", fault=broken.detail)  # noqa: TRY400 - the sentence names the row


async def archive_old_rows(runtime: Runtime) -> None:
    """Move months of the log that are older than the setting says to files."""
    if keep := runtime.settings.installation.audit_keep:
        await archive_old(runtime, timedelta(days=keep))


JOBS = (Job(VERIFY, verify_audit_log), Job(ERASE_TEXTS, erase_texts))
