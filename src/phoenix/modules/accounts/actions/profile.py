"""Change a profile."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.keys import ACCOUNT, MEMBERS
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.errors import EditConflict
from phoenix.kernel.language import _, language_of
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions.fields import AccountFields
from phoenix.modules.accounts.events import ProfileChanged
from phoenix.modules.accounts.queries import Account


async def change_profile(
    tx: Transaction,
    actor: Actor,
    *,
    name: str | None,
    time_zone: str | None,
    locale: str | None,
    contact: str | None,
    versions: Sequence[int] | None,
) -> Account:
    """Change the given fields. Raises EditConflict if none of `versions` is the latest.

    Everything that shows the person becomes stale with the commit: their own session, and the feeds they appear in.
    """
    fields = AccountFields()
    name = None if name is None else fields.name(name)
    time_zone = None if time_zone is None else fields.time_zone(time_zone)
    locale = None if locale is None else language_of(locale)
    contact = None if contact is None else fields.contact(contact)
    fields.check()
    given = {"name": name, "time_zone": time_zone, "locale": locale, "contact": contact}
    before = await tx.one(queries.ACCOUNT, actor.account)
    changes = [field for field, value in given.items() if value is not None and value != getattr(before, field)]
    if not changes and (versions is None or before.version in versions):
        return before
    changed = await tx.maybe(queries.UPDATE_PROFILE, actor.account, name, time_zone, locale, tx.now, versions, contact)
    if changed is None:
        at = await tx.maybe(queries.PROFILE_CHANGED_AT, actor.account)
        raise EditConflict(_("Your profile was changed in another window or on another device."), by=actor.account if at else None, at=at)
    tx.invalidate(ACCOUNT(actor.account), *(MEMBERS(membership.organisation) for membership in actor.memberships))
    tx.record(ProfileChanged(subject=actor.account, fields=changes))
    return changed
