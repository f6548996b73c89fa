"""The audit log on the command line."""

from __future__ import annotations

from phoenix.kernel.runtime import Runtime
from phoenix.modules.admin.actions import audit
from phoenix.modules.admin.errors import AuditLogBroken


async def verify_audit_log(runtime: Runtime) -> str:
    """Look through the whole audit log. Exit status 1, and the first row that is wrong, where it is not as it was written."""
    verdict = await audit.check(runtime)
    if verdict.fault:
        raise AuditLogBroken(verdict.fault)
    return f"The audit log is whole: {verdict.rows} rows."


async def sign_audit_log(runtime: Runtime) -> str:
    """Sign the end of the audit log as it is, so that it is written on: after the secret was changed, or a damage was looked into."""
    async with runtime.database.transaction() as tx:
        return f"Row {await audit.sign_again(runtime, tx)} is the signed end now."
