"""The nightly run of all checks: administrators get an email about those that fail."""

from __future__ import annotations

import structlog

from phoenix.kernel.actor import ADMINISTRATOR
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.notices import notify
from phoenix.modules.accounts.actions.permissions import people_with
from phoenix.modules.admin.notices import CHECKS_FAILED

log = structlog.get_logger(__name__)


async def run_checks(runtime: Runtime) -> None:
    """Run every check. Failures are logged, and all administrators who can sign in are notified."""
    failed = []
    for check in runtime.part(Registry).checks:
        if problem := await check.ask(runtime):
            log.error("check_failed", check=check.name, problem=problem)
            failed.append(check.name)
    if not failed:
        return
    async with runtime.database.transaction() as tx:
        for account in await people_with(tx, ADMINISTRATOR):
            await notify(tx, account, CHECKS_FAILED)
