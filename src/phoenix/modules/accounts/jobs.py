"""Security notices, copies of people's data, erasure, and clean-up. Job records hold ids, never an address."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog

from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.former_zones import Zoned, rename_zones
from phoenix.kernel.data.purge import forget
from phoenix.kernel.language import DEFAULT_LOCALE, reading
from phoenix.kernel.module import Job
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions import delete_account, export_data
from phoenix.modules.accounts.actions.accounts import find_account
from phoenix.modules.accounts.actions.notices import SEND_NOTICE, TEMPLATE, NoticeDue, said_in
from phoenix.modules.accounts.queries import email_verification, personal

log = structlog.get_logger(__name__)

ZONED = Zoned("accounts", queries.ZONES, queries.RENAME_ZONES, lambda tx, ids: tx.invalidate(*map(ACCOUNT, ids)))
KEEP_VERIFICATIONS = timedelta(days=1)


async def send_security_notice(runtime: Runtime, due: NoticeDue) -> None:
    """Notify the owner of an account about a security change."""
    notice = runtime.part(Registry).notices[due.what]
    async with runtime.database.reader() as db:
        account = await find_account(db, due.account)
        if account is None:
            return
        with reading(account.locale):
            facts = await notice.facts(db, due.about or due.account, ZoneInfo(account.time_zone)) if notice.facts is not None else {}
    if facts is None:
        return
    with reading(account.locale):
        await runtime.mailer.send_template(TEMPLATE, to=account.email, essential=True, name=account.name, **said_in(runtime, notice, facts))


async def make_export(runtime: Runtime, asked: export_data.ExportAsked) -> None:
    """Prepare the archive that a person requested, and email them the link."""
    async with runtime.database.reader() as db:
        found = await db.maybe(personal.EXPORT, asked.export)
        account = await find_account(db, found.account) if found is not None else None
    if found is not None and found.ready_at is None:
        with reading(account.locale if account is not None else DEFAULT_LOCALE):
            await export_data.make_archive(runtime, found)


async def erase(runtime: Runtime, erasure: delete_account.Erasure) -> None:
    """Erase an account whose grace period is over."""
    async with runtime.database.transaction() as tx:
        await delete_account.erase_account(runtime, tx, erasure.account)


async def erase_due(runtime: Runtime) -> None:
    """Enqueue the erasure of every account whose grace period is over."""
    async with runtime.database.transaction() as tx:
        await delete_account.enqueue_due_erasures(tx)


async def forget_old(runtime: Runtime) -> None:
    """Delete codes, links and tokens that no longer work, and expired archives."""
    now = runtime.clock.now()
    await forget(runtime.database, email_verification.FORGET_OLD, now - KEEP_VERIFICATIONS)
    await forget(runtime.database, email_verification.FORGET_USED_TOKENS, now)
    await forget(runtime.database, personal.FORGET_OLD_EXPORTS, now)


async def rename_former_zones(runtime: Runtime) -> None:
    """Give the zones of accounts their canonical names; runs by schedule."""
    if changed := await rename_zones(runtime.database, ZONED):
        log.info("zones_renamed", table=ZONED.name, rows=changed)


JOBS = (Job(SEND_NOTICE, send_security_notice), Job(export_data.MAKE_EXPORT, make_export), Job(delete_account.ERASE, erase))
