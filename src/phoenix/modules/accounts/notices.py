"""Notices to the owner of an account about its data."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from phoenix.kernel.data.database import Reader
from phoenix.kernel.i18n.times import full_date
from phoenix.kernel.language import _
from phoenix.kernel.module import SecurityNotice
from phoenix.modules.accounts.queries import personal


async def _day_of_erasure(db: Reader, account: str, zone: ZoneInfo) -> Mapping[str, str]:
    at = await db.maybe(personal.ERASE_AT, account)
    here = at.astimezone(zone) if at is not None else None
    return {"day": full_date(here.date()) if here is not None else _("the scheduled day")}


EXPORT_READY = SecurityNotice(
    "export_ready",
    _("The copy of your data is ready. Download it within 7 days under Settings, Your data."),
    _("Didn't request this? Change your password and sign out all other devices."),
    path="/settings/data",
)
DELETION_REQUESTED = SecurityNotice(
    "deletion_asked",
    _("You asked us to delete your account. It will be deleted on {day}. Until then you can sign in and cancel the deletion."),
    _("Didn't request this? Sign in, cancel the deletion and change your password."),
    path="/settings/data",
    facts=_day_of_erasure,
    sample={"day": "7 December 2026"},
)
DELETION_POSTPONED = SecurityNotice(
    "deletion_postponed",
    _(
        "Your account could not be deleted yet, because someone has to take over from you first. We'll try again on {day}. "
        "To see what has to be done, sign in, cancel the deletion and request it again."
    ),
    path="/settings/data",
    facts=_day_of_erasure,
    sample={"day": "7 December 2026"},
)
NOTICES = (EXPORT_READY, DELETION_REQUESTED, DELETION_POSTPONED)
