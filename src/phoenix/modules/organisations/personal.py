"""Export and erasure of the personal data in organisations."""

from __future__ import annotations

from typing import Any

from phoenix.kernel.cache.keys import EVENTS, MEMBERS
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.query import Rows
from phoenix.kernel.errors import Conflict
from phoenix.kernel.i18n.isolation import isolated
from phoenix.kernel.i18n.times import day_in
from phoenix.kernel.language import _
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.actions.delete import delete_at_once
from phoenix.modules.organisations.actions.ownership import tell_of_erased_owner
from phoenix.modules.organisations.queries import owners, transfer


async def export(db: Reader, account: str) -> dict[str, Any]:
    """Memberships, and the invitations the person sent."""
    del db
    return {
        "memberships": Rows(queries.PERSON_MEMBERSHIPS, (account,)),
        "invitations_sent": Rows(queries.PERSON_INVITATIONS, (account,)),
    }


async def refuse(tx: Transaction, account: str) -> None:
    """Raises Conflict if an organisation with other members would be left without an owner who can sign in and is not leaving."""
    await tx.all(queries.HOLD_ORGANISATIONS_OF, account)
    stranded = await tx.maybe(owners.OWNED_ALONE_WITH_OTHERS, account)
    if stranded is not None and stranded.closes_at is not None:
        sentence = _("You're the only owner of {name}, which will be deleted on {day}. You can delete your account after that.")
        raise Conflict(sentence.format(name=isolated(stranded.name), day=day_in(stranded.closes_at, stranded.time_zone)))
    if stranded is not None:
        sentence = _(
            "You're the only owner of {name} who can sign in and isn't leaving. Make someone else an owner first, or delete the organisation."
        )
        raise Conflict(sentence.format(name=isolated(stranded.name)))


async def erase(tx: Transaction, account: str) -> None:
    """Leave every organisation. One in which nobody else is will be deleted by a job; from now on nobody and no key works there.

    The other owners are notified of an owner who leaves so.
    """
    for organisation in await tx.all(queries.HOLD_ORGANISATIONS_OF, account):
        tx.invalidate(MEMBERS(organisation), EVENTS(organisation))
    alone = await tx.all(queries.LEFT_ALONE, account)
    for organisation in alone:
        await delete_at_once(tx, organisation)
    for organisation in await tx.all(owners.OWNED, account):
        if organisation not in alone:
            await tell_of_erased_owner(tx, organisation)
    await tx.execute(transfer.OF_PERSON, account)
    await tx.execute(queries.LEAVE_ALL, account)
    await tx.execute(queries.FORGET_INVITATIONS, account)
