"""Export and erasure of the personal data in accounts."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from phoenix.kernel.actor import ADMINISTRATOR, Actor
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.errors import Conflict
from phoenix.kernel.i18n.times import full_date
from phoenix.kernel.language import _
from phoenix.kernel.module import Banner
from phoenix.modules.accounts.actions.accounts import standing
from phoenix.modules.accounts.actions.permissions import require_administrator_besides
from phoenix.modules.accounts.queries import personal


async def export(db: Reader, account: str) -> dict[str, Any]:
    """The profile and the platform permissions of the account; its activity is added by what makes the archive."""
    return {
        "profile": await db.one(personal.PROFILE, account),
        "permissions": await db.all(personal.PERMISSIONS, account),
    }


async def refuse(tx: Transaction, account: str) -> None:
    """Raises Conflict for the last administrator who can sign in and is not leaving, and for a locked account, whose owner cannot cancel the deletion."""
    if (await standing(tx, account)).locked:
        raise Conflict(_("This account is locked, so its deletion can't be cancelled. It can be deleted once it's unlocked."))
    if ADMINISTRATOR in await tx.all(personal.PERMISSIONS, account):
        await require_administrator_besides(tx, account)


async def erase(tx: Transaction, account: str) -> None:
    """Erase everything about the person except the id of the account, which is shown as someone who left."""
    await tx.execute(personal.ERASE, account, "Deleted person", tx.now)
    tx.invalidate(ACCOUNT(account))


def deletion_banner(actor: Actor) -> Banner | None:
    """The banner on every page while the account's deletion is pending."""
    if actor.record.erase_at is None:
        return None
    day = actor.record.erase_at.astimezone(ZoneInfo(actor.record.time_zone))
    text = _("It will be deleted on {day}.").format(day=full_date(day.date()))
    return Banner("warn", _("Your account is scheduled for deletion"), text, "/settings/data", _("Cancel deletion"))
