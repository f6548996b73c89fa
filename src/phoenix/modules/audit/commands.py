"""The audit log on the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path

from phoenix.kernel.runtime import Runtime
from phoenix.modules.audit.actions.archive import verify_archive
from phoenix.modules.audit.actions.chain import Seen
from phoenix.modules.audit.actions.sign import sign_again
from phoenix.modules.audit.actions.verify import check
from phoenix.modules.audit.errors import AuditLogBroken

ALONE = " This machine has not saved the end of an earlier log, so it cannot tell whether the log was rolled back."


async def verify_audit_log(runtime: Runtime) -> str:
    """Verify the whole audit log. If it was altered, print the first wrong row and exit with status 1."""
    verification = await check(runtime)
    if verification.fault:
        raise AuditLogBroken(verification.fault)
    alone = verification.rows and Seen(runtime).witness is None
    return f"Audit log verified: {verification.rows} rows.{ALONE if alone else ''}"


async def verify_archived(runtime: Runtime, file: Path) -> str:
    """Verify a file with archived rows of the audit log. If it was altered, print the first wrong row and exit with status 1."""
    end = await asyncio.to_thread(verify_archive, runtime, file)
    return f"Archive verified: rows {end.first} to {end.last}."


async def sign_audit_log(runtime: Runtime) -> str:
    """Sign the audit log's end as it is, so that it continues after the secret was changed or damage was investigated."""
    async with runtime.database.transaction() as tx:
        return f"Row {await sign_again(runtime, tx)} is now the signed end."
