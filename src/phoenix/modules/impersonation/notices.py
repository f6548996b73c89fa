"""What a person reads when staff impersonate them."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from phoenix.kernel.data.database import Reader
from phoenix.kernel.i18n.times import city, time_of_day
from phoenix.kernel.language import _
from phoenix.kernel.module import SecurityNotice
from phoenix.modules.impersonation import queries


async def facts(db: Reader, session: str, zone: ZoneInfo) -> Mapping[str, str]:
    """Who is impersonating, until when and why; in general terms if the session no longer exists."""
    found = await db.maybe(queries.FACTS, session)
    if found is None:
        return {"staff": _("A member of staff"), "until": _("the session ends"), "reason": _("not recorded")}
    return {"staff": found.staff_name, "until": f"{time_of_day(found.until.astimezone(zone))} ({city(zone.key)})", "reason": found.reason}


IMPERSONATED = SecurityNotice(
    "impersonated",
    _("{staff} is viewing Phoenix as you until {until}. Reason: “{reason}”."),
    _("You can end this in your security settings. Questions? Contact support."),
    facts=facts,
    sample={"staff": "Priya Raman", "until": "15:02 (Berlin)", "reason": "Ticket 4711: the feed stays empty"},
)
