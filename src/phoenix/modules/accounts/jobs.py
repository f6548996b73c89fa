"""Notices about the safety of accounts, copies of people's data, erasure, and tidying up. A job's record holds ids, never an address."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from phoenix.kernel.data.database import Reader
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.i18n.text import _
from phoenix.kernel.module import SecurityNotice
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions import delete_account, export_data
from phoenix.modules.accounts.actions.accounts import find_account
from phoenix.modules.accounts.actions.notices import notify
from phoenix.modules.accounts.queries import email_verification, personal

KEEP_VERIFICATIONS = timedelta(days=1)
# What to do about a notice, where that is what one does about a stranger.
STRANGER = _("Wasn't you? Change your password, sign out all other devices and contact support.")


async def send_security_notice(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Tell the owner of an account what changed about its safety."""
    registry = runtime.part(Registry)
    notice = registry.notices[payload["what"]]
    async with runtime.database.reader() as db:
        account = await find_account(db, payload["account"])
        if account is None:
            return
        facts = await notice.facts(db, payload, ZoneInfo(account.time_zone)) if notice.facts is not None else {}
    await runtime.mailer.send_template(
        "accounts/security_notice",
        to=account.email,
        name=account.name,
        sentence=notice.sentence.format(**facts),
        foot=notice.foot or STRANGER,
        link=f"{runtime.settings.public_url}{notice.path or registry.sign_in.second_factor}",
    )


async def make_export(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Make the archive a person asked for, and tell them where it is."""
    async with runtime.database.reader() as db:
        found = await db.maybe(personal.EXPORT, payload["export"])
        if found is None or found.ready_at is not None:
            return
        parts = await export_data.collect(runtime, db, found.account)
    archive = await asyncio.to_thread(export_data.pack, runtime, parts)
    async with runtime.database.transaction() as tx:
        await tx.execute(personal.FINISH_EXPORT, found.id, archive, tx.now)
        await notify(tx, found.account, "export_ready")


async def erase(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Erase an account whose time to reconsider is over."""
    async with runtime.database.transaction() as tx:
        await delete_account.erase_account(runtime, tx, payload["account"])


async def erase_due(runtime: Runtime) -> None:
    """One job for each account that is due, so that one that fails holds up no other."""
    async with runtime.database.transaction() as tx:
        for account in await tx.all(personal.DUE_FOR_ERASURE, tx.now):
            await enqueue(tx, "accounts.erase", {"account": account}, key=f"erase:{account}")


async def forget_old(runtime: Runtime) -> None:
    """Delete codes, links and tokens that no longer work, and archives that are too old."""
    async with runtime.database.transaction() as tx:
        await tx.execute(email_verification.FORGET_OLD, tx.now - KEEP_VERIFICATIONS)
        await tx.execute(email_verification.FORGET_USED_TOKENS, tx.now)
        await tx.execute(personal.FORGET_OLD_EXPORTS, tx.now)


async def _day_of_erasure(db: Reader, payload: Mapping[str, Any], zone: ZoneInfo) -> Mapping[str, str]:
    at = await db.maybe(personal.ERASE_AT, payload["account"])
    here = at.astimezone(zone) if at is not None else None
    return {"day": f"{here.day} {here:%B %Y}" if here is not None else _("the scheduled day")}


NOTICES = (
    SecurityNotice(
        "export_ready",
        _("The copy of your data is ready. Download it within 7 days under Settings, Your data."),
        _("Didn't request this? Change your password and sign out all other devices."),
        path="/settings/data",
    ),
    SecurityNotice(
        "deletion_asked",
        _("You asked us to delete your account. It will be deleted on {day}. Until then you can sign in and cancel the deletion."),
        _("Didn't request this? Sign in, cancel the deletion and change your password."),
        path="/settings/data",
        facts=_day_of_erasure,
    ),
)
