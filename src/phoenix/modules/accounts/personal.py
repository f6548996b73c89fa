"""What accounts give to a person's copy of their data, and how accounts forget a person."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.i18n.text import _
from phoenix.kernel.module import Banner
from phoenix.modules.accounts.actions.impersonate import stop_looking_by
from phoenix.modules.accounts.queries import personal


async def export(db: Reader, account: str) -> dict[str, Any]:
    """Profile, sessions, what protects the account, and what was done with it. No secret is among it."""
    return {
        "profile": await db.one(personal.PERSON, account),
        "security": await db.one(personal.PERSON_SECURITY, account),
        "sessions": await db.all(personal.PERSON_SESSIONS, account),
        "activity": await db.all(personal.PERSON_ACTIVITY, account),
    }


async def erase(tx: Transaction, account: str) -> None:
    """Leave nothing of the person but the account's number, under the name of somebody who left."""
    # By the usual way first, so that those it looked at lose what is cached of it.
    await stop_looking_by(tx, account, reason="erased")
    await tx.execute(personal.ERASE_PERSON, account, _("Deleted person"), tx.now)
    tx.invalidate(ACCOUNT(account))


def deletion_banner(actor: Actor) -> Banner | None:
    """What stands on every page while the account waits for its deletion."""
    if actor.record.erase_at is None:
        return None
    day = actor.record.erase_at.astimezone(ZoneInfo(actor.record.time_zone))
    text = _("On {day} it is erased for good.").format(day=f"{day.day} {day:%B %Y}")
    return Banner("warn", _("This account is to be deleted"), text, "/settings/data", _("Keep it"))
