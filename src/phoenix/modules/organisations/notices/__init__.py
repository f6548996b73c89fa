"""Notices to owners and members of an organisation."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from phoenix.kernel.data.database import Reader
from phoenix.kernel.i18n.times import day_in
from phoenix.kernel.language import _
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.notices.about import (
    DELETION,
    FEED,
    MEMBERS,
    ORGANISATIONS,
    OWNERSHIP_PAGE,
    SAMPLE,
    SAMPLE_CLOSING,
    SAMPLE_ORGANISATION,
    notice_of,
)
from phoenix.modules.organisations.notices.lost import INVITATIONS_WITHDRAWN, KEYS_LEFT, KEYS_STOPPED
from phoenix.modules.organisations.queries import closing, copies, ownership, transfer

OFFERED, ACCEPTED, DECLINED, WITHDRAWN = "ownership_offered", "ownership_accepted", "ownership_declined", "ownership_withdrawn"
ENDED = "ownership_offer_ended"
CLOSING, REMINDER, KEPT = "organisation_closing", "organisation_closing_soon", "organisation_kept"


async def facts(db: Reader, organisation: str, zone: ZoneInfo) -> Mapping[str, str]:
    """The name of the organisation; in general terms if it no longer exists."""
    del zone
    return {"name": await db.maybe(queries.NAME, organisation) or _("your organisation")}


ROLE_ENDED = notice_of(
    "role_ended",
    _("An administrator of this platform removed you from {name}. You no longer have access to it."),
    _("Questions? Ask one of its owners, who can invite you again."),
    path=ORGANISATIONS,
    facts=facts,
    sample={"name": "Halden Instruments"},
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


async def name_facts(db: Reader, organisation: str, zone: ZoneInfo) -> Mapping[str, str] | None:
    """The organisation, as long as it is there."""
    del zone
    found = await db.maybe(closing.CLOSING, organisation)
    return None if found is None else {"name": found.name, "slug": found.slug}


async def copy_facts(db: Reader, about: str, zone: ZoneInfo) -> Mapping[str, str] | None:
    """The organisation, by its id and that of whoever asked for the copy; None once they are no owner, so cannot download it."""
    del zone
    organisation, _space, account = about.partition(" ")
    found = await db.maybe(copies.OF_OWNER, organisation, account)
    return None if found is None else {"name": found.name, "slug": found.slug}


ORGANISATION_CLOSING = notice_of(
    CLOSING,
    _("{asker} asked to delete {name}. It will be deleted on {day}, with everything in it. Until then you can still read it."),
    _("Should it stay? Ask an owner of the organisation: owners can cancel the deletion until then."),
    path=FEED,
    facts=closing_facts,
    sample=SAMPLE_CLOSING,
)
CLOSING_SOON = notice_of(
    REMINDER,
    _("{name} will be deleted on {day}, with everything in it. After that it can't be undone."),
    _("Should it stay? Open the page and cancel the deletion. You can also download a copy there."),
    path=DELETION,
    facts=closing_facts,
    sample=SAMPLE_CLOSING,
)
ORGANISATION_KEPT = notice_of(
    KEPT,
    _("The deletion of {name} was cancelled. You can use it as before."),
    _("Questions? Ask an owner of the organisation."),
    path=FEED,
    facts=kept_facts,
    sample=SAMPLE_ORGANISATION,
)
COPY_READY = notice_of(
    "organisation_copy_ready",
    _("The copy of {name} that you asked for is ready. You can download it for 7 days."),
    _("Didn't request this? Change your password and sign out all other devices."),
    path=DELETION,
    facts=copy_facts,
    sample=SAMPLE_ORGANISATION,
)


async def ownership_facts(db: Reader, about: str, zone: ZoneInfo) -> Mapping[str, str] | None:
    """The organisation, the person and whoever did it, by their ids one after another; None once the organisation is gone."""
    del zone
    organisation, _space, people = about.partition(" ")
    account, _space, by = people.partition(" ")
    found = await db.maybe(ownership.PEOPLE_OF, organisation, account, by)
    if found is None:
        return None
    return {
        "name": found.name,
        "slug": found.slug,
        "person": found.person or _("Someone"),
        "by": found.by or _("an administrator of this platform"),
    }


NOT_YOURS = _("Don't recognise this? Tell the owners of the organisation, and contact support.")
OWNER_ADDED = notice_of(
    "owner_added",
    _("{person} is now an owner of {name}. Changed by {by}."),
    NOT_YOURS,
    path=MEMBERS,
    facts=ownership_facts,
    sample=SAMPLE,
)
OWNER_REMOVED = notice_of(
    "owner_removed",
    _("{person} is no longer an owner of {name}. Changed by {by}."),
    NOT_YOURS,
    path=MEMBERS,
    facts=ownership_facts,
    sample=SAMPLE,
)
OWNER_ERASED = notice_of(
    "owner_erased",
    _("An owner of {name} deleted their account, so they are no longer an owner. Its members page shows who owns it now."),
    _("Questions? Ask the other owners of the organisation."),
    path=MEMBERS,
    facts=name_facts,
    sample=SAMPLE_ORGANISATION,
)
YOU_OWN = notice_of(
    "you_own",
    _("You are now an owner of {name}. Changed by {by}."),
    NOT_YOURS,
    path=MEMBERS,
    facts=ownership_facts,
    sample=SAMPLE,
)
YOU_OWN_NO_MORE = notice_of(
    "you_own_no_more",
    _("You are no longer an owner of {name}. Changed by {by}."),
    NOT_YOURS,
    path=ORGANISATIONS,
    facts=ownership_facts,
    sample=SAMPLE,
)


async def offer_facts(db: Reader, about: str, zone: ZoneInfo) -> Mapping[str, str] | None:
    """As `ownership_facts`, with the day until which it can be accepted; None where the offer is no longer open."""
    offer = await db.maybe(transfer.OFFER, about.partition(" ")[0], db.now)
    facts = await ownership_facts(db, about, zone)
    return None if offer is None or facts is None else {**facts, "day": day_in(offer.until, str(zone))}


OFFERED_TO_YOU = notice_of(
    "ownership_offered_to_you",
    _("{by} has offered you ownership of {name}. If you accept, you become an owner and {by} becomes an administrator. Valid until {day}."),
    _("Open the page to accept or decline."),
    path=OWNERSHIP_PAGE,
    facts=offer_facts,
    sample=SAMPLE,
)
OWNERSHIP_OFFERED = notice_of(
    OFFERED,
    _("{by} has offered ownership of {name} to {person}. If {person} accepts, {by} becomes an administrator. Valid until {day}."),
    _("Any owner can withdraw the offer on the page."),
    path=OWNERSHIP_PAGE,
    facts=offer_facts,
    sample=SAMPLE,
)
OWNERSHIP_ACCEPTED = notice_of(
    ACCEPTED,
    _("{person} is now an owner of {name}, in place of {by}. {by} is now an administrator."),
    NOT_YOURS,
    path=MEMBERS,
    facts=ownership_facts,
    sample=SAMPLE,
)
OWNERSHIP_DECLINED = notice_of(
    DECLINED,
    _("{person} declined ownership of {name}, which {by} had offered. Nothing has changed."),
    NOT_YOURS,
    path=MEMBERS,
    facts=ownership_facts,
    sample=SAMPLE,
)
OWNERSHIP_WITHDRAWN = notice_of(
    WITHDRAWN,
    _("{by} withdrew the offer of ownership of {name} to {person}. Nothing has changed."),
    NOT_YOURS,
    path=MEMBERS,
    facts=ownership_facts,
    sample=SAMPLE,
)
OWNERSHIP_OFFER_ENDED = notice_of(
    ENDED,
    _("The offer of ownership of {name} from {by} to {person} has ended, because the access of one of them changed."),
    NOT_YOURS,
    path=MEMBERS,
    facts=ownership_facts,
    sample=SAMPLE,
)
OFFERS = {
    notice.name: notice
    for notice in (OWNERSHIP_OFFERED, OWNERSHIP_ACCEPTED, OWNERSHIP_DECLINED, OWNERSHIP_WITHDRAWN, OWNERSHIP_OFFER_ENDED)
}
OWNERSHIP = (OWNER_ADDED, OWNER_REMOVED, OWNER_ERASED, YOU_OWN, YOU_OWN_NO_MORE, OFFERED_TO_YOU, *OFFERS.values())

NOTICES = (
    INVITATIONS_WITHDRAWN,
    KEYS_LEFT,
    KEYS_STOPPED,
    ROLE_ENDED,
    ORGANISATION_CLOSING,
    CLOSING_SOON,
    ORGANISATION_KEPT,
    COPY_READY,
    *OWNERSHIP,
)
TO_MEMBERS = {notice.name: notice for notice in (ORGANISATION_CLOSING, CLOSING_SOON, ORGANISATION_KEPT)}
