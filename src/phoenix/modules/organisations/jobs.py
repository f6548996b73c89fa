"""Emails to those invited, to owners and to all members; copies and deletions of organisations."""

from __future__ import annotations

from urllib.parse import quote

from msgspec import structs

from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.data.purge import forget
from phoenix.kernel.email.mailer import Asker
from phoenix.kernel.i18n.isolation import Ours
from phoenix.kernel.language import DEFAULT_LOCALE, reading
from phoenix.kernel.module import Job
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token, new_token
from phoenix.modules.accounts.actions.accounts import find_account
from phoenix.modules.accounts.actions.notices import notify, notify_all
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.actions import copies, delete
from phoenix.modules.organisations.actions.closing import TELL_MEMBERS, Told
from phoenix.modules.organisations.actions.invite import LIVES, SEND_INVITATION, Invited, may_still_invite
from phoenix.modules.organisations.actions.offers import TELL_OF_OFFER, OfferChanged
from phoenix.modules.organisations.actions.ownership import TELL_OF_OWNERSHIP, OwnershipChanged
from phoenix.modules.organisations.actions.withdraw import TELL_OF_KEYS, TELL_OWNERS, KeysLeft, Withdrawn
from phoenix.modules.organisations.notices import (
    OFFERED,
    OFFERED_TO_YOU,
    OFFERS,
    OWNER_ADDED,
    OWNER_ERASED,
    OWNER_REMOVED,
    TO_MEMBERS,
    YOU_OWN,
    YOU_OWN_NO_MORE,
)
from phoenix.modules.organisations.notices.lost import INVITATIONS_WITHDRAWN, KEYS_LEFT, KEYS_STOPPED
from phoenix.modules.organisations.queries import closing, owners, transfer
from phoenix.modules.organisations.queries.copies import EXPORT, FORGET_OLD

TOLD_AT_ONCE = 200
# A role can be taken and given back; the page of service accounts always shows what the email says.
KEYS_LEFT_A_DAY = Limit("keys_left", 10, 86_400)


async def send_invitation(runtime: Runtime, invited: Invited) -> None:
    """Email an invitation with a new link. A second run sends another, and the previous link stops working.

    Where the address gets no further email this hour, the previous link stays.
    """
    async with runtime.database.reader() as db:
        found = await db.maybe(queries.OPEN_INVITATION_BY_ID, invited.invitation)
    if found is None:
        return
    # Of each organisation, so that one cannot keep another's from arriving, and of each person, who can have many organisations.
    asker = Asker((found.organisation, found.invited_by))
    if not await runtime.mailer.admits("organisations/invitation", to=found.email, asked_by=asker):
        return
    async with runtime.database.transaction() as tx:
        invitation = await tx.maybe(queries.OPEN_INVITATION_BY_ID, invited.invitation)
        if invitation is None or not may_still_invite(runtime, invitation):
            return
        token = new_token()
        await tx.execute(queries.SET_TOKEN, invitation.id, hash_token(token), tx.now, tx.now + LIVES)
    with reading(invitation.locale):
        await runtime.mailer.send_template(
            "organisations/invitation",
            to=invitation.email,
            inviter=invitation.inviter_name,
            organisation=invitation.organisation_name,
            role=invitation.role,
            link=Ours(f"{runtime.settings.public_url}/invitations/accept?token={quote(token)}"),
        )


async def tell_owners(runtime: Runtime, withdrawn: Withdrawn) -> None:
    """Tell the owners of each organisation that invitations were withdrawn."""
    async with runtime.database.transaction() as tx:
        for organisation in withdrawn.organisations:
            for owner in await tx.all(owners.OTHER_OWNERS, organisation, withdrawn.by):
                await notify(tx, owner, INVITATIONS_WITHDRAWN, about=f"{organisation} {withdrawn.at}")


async def tell_of_keys(runtime: Runtime, left: KeysLeft) -> None:
    """Tell the other owners of keys that someone may still have, or that stopped with them."""
    notice = KEYS_STOPPED if left.stopped else KEYS_LEFT
    for organisation in left.organisations:
        if not (await runtime.limiter.hit(KEYS_LEFT_A_DAY, f"{organisation} {left.account}")).allowed:
            continue
        async with runtime.database.transaction() as tx:
            told = await tx.all(owners.OTHER_OWNERS, organisation, left.by)
            await notify_all(tx, told, notice, about=f"{organisation} {left.account}")


async def tell_members(runtime: Runtime, told: Told) -> None:
    """Tell some members what concerns all of them, and enqueue the next. A run that fails notifies nobody, and is repeated."""
    notice = TO_MEMBERS.get(told.what)
    if notice is None:
        return
    async with runtime.database.transaction() as tx:
        people = await tx.all(closing.PEOPLE, told.organisation, told.after, told.role, TOLD_AT_ONCE)
        await notify_all(tx, people, notice, about=told.organisation)
        if len(people) == TOLD_AT_ONCE:
            await enqueue(tx, TELL_MEMBERS, structs.replace(told, after=people[-1]))


async def tell_of_ownership(runtime: Runtime, changed: OwnershipChanged) -> None:
    """Tell the owners, and the person themselves."""
    about = f"{changed.organisation} {changed.account} {changed.by}"
    async with runtime.database.transaction() as tx:
        told = await tx.all(closing.PEOPLE, changed.organisation, "", "owner", TOLD_AT_ONCE)
        if not changed.account:
            await notify_all(tx, told, OWNER_ERASED, about=changed.organisation)
            return
        others = [account for account in told if account != changed.account]
        await notify_all(tx, others, OWNER_ADDED if changed.gained else OWNER_REMOVED, about=about)
        if not changed.owners_only:
            await notify(tx, changed.account, YOU_OWN if changed.gained else YOU_OWN_NO_MORE, about=about)


async def tell_of_offer(runtime: Runtime, changed: OfferChanged) -> None:
    """Tell the owners, the person it was offered to, and whoever is no longer an owner since."""
    notice = OFFERS.get(changed.what)
    if notice is None:
        return
    about = f"{changed.organisation} {changed.account} {changed.by}"
    async with runtime.database.transaction() as tx:
        told = set(await tx.all(closing.PEOPLE, changed.organisation, "", "owner", TOLD_AT_ONCE))
        others = sorted((told | {changed.by}) - {changed.account})
        await notify_all(tx, others, notice, about=about)
        await notify(tx, changed.account, OFFERED_TO_YOU if changed.what == OFFERED else notice, about=about)


async def make_copy(runtime: Runtime, asked: copies.CopyAsked) -> None:
    """Make the copy that an owner asked for, and email them the link."""
    async with runtime.database.reader() as db:
        found = await db.maybe(EXPORT, asked.export)
        owner = await find_account(db, found.asked_by) if found is not None else None
    if found is not None and found.ready_at is None:
        with reading(owner.locale if owner is not None else DEFAULT_LOCALE):
            await copies.make_copy(runtime, found)


async def delete_organisation(runtime: Runtime, deletion: delete.Deletion) -> None:
    """Delete an organisation that is due, or go on with it."""
    await delete.delete_organisation(runtime, deletion.organisation)


async def delete_due(runtime: Runtime) -> None:
    """Remind owners, and enqueue what is due; runs by schedule."""
    async with runtime.database.transaction() as tx:
        await delete.enqueue_due(tx)


async def forget_old(runtime: Runtime) -> None:
    """Delete expired copies and offers of ownership; runs by schedule."""
    now = runtime.clock.now()
    await forget(runtime.database, FORGET_OLD, now)
    await forget(runtime.database, transfer.FORGET_OLD, now)


JOBS = (
    Job(SEND_INVITATION, send_invitation),
    Job(TELL_OWNERS, tell_owners),
    Job(TELL_OF_KEYS, tell_of_keys),
    Job(TELL_MEMBERS, tell_members),
    Job(TELL_OF_OWNERSHIP, tell_of_ownership),
    Job(TELL_OF_OFFER, tell_of_offer),
    Job(copies.MAKE_COPY, make_copy),
    Job(delete.DELETE, delete_organisation),
)
