"""Notices to owners and members of an organisation."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from phoenix.kernel.data.database import Reader
from phoenix.kernel.i18n.text import _
from phoenix.kernel.i18n.times import day_in
from phoenix.kernel.module import SecurityNotice
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.queries import closing

CLOSING, REMINDER, KEPT = "organisation_closing", "organisation_closing_soon", "organisation_kept"


async def facts(db: Reader, organisation: str, zone: ZoneInfo) -> Mapping[str, str]:
    """The name of the organisation; in general terms if it no longer exists."""
    del zone
    return {"name": await db.maybe(queries.NAME, organisation) or _("your organisation")}


INVITATIONS_WITHDRAWN = SecurityNotice(
    "invitations_withdrawn",
    _("Open invitations to {name} were withdrawn, because the person who sent them can no longer invite people."),
    _("Invite the people again if they should still join."),
    path="/organisations",
    facts=facts,
)

ROLE_ENDED = SecurityNotice(
    "role_ended",
    _("An administrator of this platform ended your role in {name}. You can no longer use it."),
    _("Questions? Ask one of its owners, who can invite you again."),
    path="/organisations",
    facts=facts,
)


async def closing_facts(db: Reader, organisation: str, zone: ZoneInfo) -> Mapping[str, str] | None:
    """The organisation, the day, and who asked; None once the deletion was cancelled, or has begun."""
    found = await db.maybe(closing.CLOSING, organisation)
    if found is None or found.closes_at is None:
        return None
    day = day_in(found.closes_at, str(zone))
    return {"name": found.name, "slug": found.slug, "day": day, "asker": found.asker or _("Someone")}


async def kept_facts(db: Reader, organisation: str, zone: ZoneInfo) -> Mapping[str, str] | None:
    """The organisation; None once its deletion was asked for again."""
    del zone
    found = await db.maybe(closing.CLOSING, organisation)
    return None if found is None or found.closes_at is not None else {"name": found.name, "slug": found.slug}


async def copy_facts(db: Reader, organisation: str, zone: ZoneInfo) -> Mapping[str, str] | None:
    """The organisation, as long as it is there."""
    del zone
    found = await db.maybe(closing.CLOSING, organisation)
    return None if found is None else {"name": found.name, "slug": found.slug}


ORGANISATION_CLOSING = SecurityNotice(
    CLOSING,
    _("{asker} asked to delete {name}. It will be deleted on {day}, with everything in it. Until then you can still read it."),
    _("Should it stay? Ask an owner of the organisation: owners can cancel the deletion until then."),
    path="/o/{slug}/feed",
    facts=closing_facts,
)
CLOSING_SOON = SecurityNotice(
    REMINDER,
    _("{name} will be deleted on {day}, with everything in it. After that it can't be undone."),
    _("Should it stay? Open the page and cancel the deletion. You can also download a copy there."),
    path="/o/{slug}/deletion",
    facts=closing_facts,
)
ORGANISATION_KEPT = SecurityNotice(
    KEPT,
    _("The deletion of {name} was cancelled. You can use it as before."),
    _("Questions? Ask an owner of the organisation."),
    path="/o/{slug}/feed",
    facts=kept_facts,
)
COPY_READY = SecurityNotice(
    "organisation_copy_ready",
    _("The copy of {name} that you asked for is ready. You can download it for 7 days."),
    _("Didn't request this? Change your password and sign out all other devices."),
    path="/o/{slug}/deletion",
    facts=copy_facts,
)

NOTICES = (INVITATIONS_WITHDRAWN, ROLE_ENDED, ORGANISATION_CLOSING, CLOSING_SOON, ORGANISATION_KEPT, COPY_READY)
TO_MEMBERS = {notice.name: notice for notice in (ORGANISATION_CLOSING, CLOSING_SOON, ORGANISATION_KEPT)}
