"""Emails about invitations, to those invited and to owners."""

from __future__ import annotations

from urllib.parse import quote

from phoenix.kernel.i18n.email import Asker
from phoenix.kernel.i18n.isolation import Ours
from phoenix.kernel.module import Job
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token, new_token
from phoenix.modules.accounts.actions.notices import notify
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.actions.invite import LIVES, SEND_INVITATION, Invited, may_still_invite
from phoenix.modules.organisations.actions.withdraw import TELL_OWNERS, Withdrawn
from phoenix.modules.organisations.notices import INVITATIONS_WITHDRAWN
from phoenix.modules.organisations.queries import owners


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
                await notify(tx, owner, INVITATIONS_WITHDRAWN, about=organisation)


JOBS = (Job(SEND_INVITATION, send_invitation), Job(TELL_OWNERS, tell_owners))
