"""Change an organisation: its name, its language and its time zone."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix.kernel.actor import Membership
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.errors import EditConflict
from phoenix.kernel.i18n.fields import Fields
from phoenix.kernel.language import _, language_of
from phoenix.modules.accounts.actions.accounts import localise_service_accounts
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.actions.create import NAME_MOST
from phoenix.modules.organisations.events import OrganisationRenamed, OrganisationSettingsChanged
from phoenix.modules.organisations.queries import Organisation, changes


async def change_organisation(
    tx: Transaction,
    member: Membership,
    *,
    name: str | None,
    locale: str | None,
    time_zone: str | None,
    versions: Sequence[int] | None,
) -> Organisation:
    """Change the given fields. The slug stays, so that links keep working. Raises EditConflict if none of `versions` is the latest.

    Service accounts have no profile, so they have the language and the time zone of their organisation.
    """
    fields = Fields()
    name = None if name is None else fields.name(name, most=NAME_MOST)
    time_zone = None if time_zone is None else fields.time_zone(time_zone)
    fields.check()
    locale = None if locale is None else language_of(locale)
    given = {"name": name, "locale": locale, "time_zone": time_zone}
    before = await tx.one(queries.ORGANISATION, member.organisation)
    changed = [field for field, value in given.items() if value is not None and value != getattr(before, field)]
    if not changed and (versions is None or before.version in versions):
        return before
    now = await tx.maybe(queries.CHANGE, member.organisation, name, locale, time_zone, tx.now, versions)
    if now is None:
        latest = await tx.maybe(changes.CHANGED, member.organisation) or changes.UNKNOWN
        own = latest.by == member.account
        raise EditConflict(
            _("You saved other settings in the meantime.") if own else _("Someone else changed this organisation while you were editing."),
            by=latest.by,
            at=latest.at,
        )
    accounts = await tx.all(queries.MEMBER_IDS, member.organisation)
    tx.invalidate(*map(ACCOUNT, accounts))
    if "name" in changed:
        tx.record(OrganisationRenamed(organisation=now.id, subject=now.id, name=now.name, before=before.name))
    if chosen := [field for field in changed if field != "name"]:
        await localise_service_accounts(tx, accounts, locale=now.locale, time_zone=now.time_zone)
        tx.record(OrganisationSettingsChanged(organisation=now.id, subject=now.id, fields=chosen))
    return now
