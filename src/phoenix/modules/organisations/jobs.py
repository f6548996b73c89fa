"""Mails about invitations."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token, new_token
from phoenix.modules.organisations import queries
from phoenix.modules.organisations.actions.invite import LIVES


async def send_invitation(runtime: Runtime, payload: dict[str, Any]) -> None:
    """Mail an invitation with a new link; run again, it sends another and the former link ends."""
    async with runtime.database.transaction() as tx:
        offer = await tx.maybe(queries.OFFER_BY_ID, payload["invitation"])
        if offer is None:
            return
        token = new_token()
        await tx.execute(queries.SET_TOKEN, offer.id, hash_token(token), tx.now, tx.now + LIVES)
    await runtime.mailer.send_template(
        "organisations/invitation",
        to=offer.email,
        inviter=offer.inviter_name,
        organisation=offer.organisation_name,
        role=offer.role,
        link=f"{runtime.settings.public_url}/invitations/accept?token={quote(token)}",
    )
