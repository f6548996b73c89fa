"""Notices to owners about what someone leaves behind who lost a right: invitations that were withdrawn, and keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from phoenix.kernel.data.database import Reader
from phoenix.kernel.language import _
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.notices.about import MEMBERS, SAMPLE, SERVICE_ACCOUNTS, notice_of
from phoenix.modules.organisations.queries import closing, withdraw
from phoenix.modules.organisations.queries.listed import ROLE_WORDS


async def withdrawn_facts(db: Reader, about: str, zone: ZoneInfo) -> Mapping[str, str] | None:
    """Who sent the invitations that were withdrawn at one time, and whom they were for; None once the organisation is gone."""
    del zone
    organisation, _space, at = about.partition(" ")
    found = await db.maybe(closing.CLOSING, organisation)
    lost = await db.all(withdraw.WITHDRAWN_AT, organisation, datetime.fromisoformat(at)) if at else []
    if found is None or not lost:
        return None
    senders = sorted({one.sender or _("Someone") for one in lost})
    invited = [f"{one.email} ({ROLE_WORDS.get(one.role, one.role)})" for one in lost]
    return {"name": found.name, "slug": found.slug, "person": ", ".join(senders), "invited": ", ".join(invited)}


INVITATIONS_WITHDRAWN = notice_of(
    "invitations_withdrawn",
    _("{person} can no longer invite people to {name}, so the pending invitations they sent were revoked."),
    _("They were for {invited}. Invite these people again if they should still join."),
    path=MEMBERS,
    facts=withdrawn_facts,
    sample=SAMPLE,
)


async def keys_facts(db: Reader, about: str, zone: ZoneInfo) -> Mapping[str, str] | None:
    """The service accounts whose keys someone made who could not make them now, or was locked; None once all are renewed."""
    del zone
    organisation, _space, account = about.partition(" ")
    found = await db.maybe(closing.CLOSING, organisation)
    made = [one for one in await db.all(queries.SERVICE_ACCOUNTS, organisation) if one.made_by == account]
    left = [one for one in made if one.suspended or one.maker_lost_right]
    if found is None or not left:
        return None
    return {
        "name": found.name,
        "slug": found.slug,
        "person": left[0].maker or _("Someone"),
        "accounts": ", ".join(one.name for one in left),
    }


KEYS_LEFT = notice_of(
    "service_keys_left",
    _("{person} can no longer manage service accounts of {name}, but may still have keys that they created."),
    _("Renew the keys of {accounts}. The old keys work until then."),
    path=SERVICE_ACCOUNTS,
    facts=keys_facts,
    sample=SAMPLE,
)
KEYS_STOPPED = notice_of(
    "service_keys_stopped",
    _("The account of {person} was locked, so the keys that they created for service accounts of {name} no longer work."),
    _("Renew the keys of {accounts} to use them again."),
    path=SERVICE_ACCOUNTS,
    facts=keys_facts,
    sample=SAMPLE,
)
