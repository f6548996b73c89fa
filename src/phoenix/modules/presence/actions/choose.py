"""Choose whether others see that one is here, and whether an organisation shows it at all."""

from __future__ import annotations

from phoenix.kernel.actor import Membership
from phoenix.kernel.data.database import Transaction
from phoenix.modules.presence import queries
from phoenix.modules.presence.events import PresenceSwitched, VisibilityChanged


async def set_visible(tx: Transaction, account: str, *, visible: bool) -> None:
    """Whether others see that someone is here."""
    if await tx.execute(queries.SHOW if visible else queries.HIDE, account):
        await tx.execute(queries.LOOK_AGAIN)
        tx.record(VisibilityChanged(subject=account))


async def switch(tx: Transaction, member: Membership, *, on: bool) -> None:
    """Whether the organisation of a member shows who is here."""
    if await tx.execute(queries.SWITCH_ON if on else queries.SWITCH_OFF, member.organisation):
        await tx.execute(queries.LOOK_AGAIN)
        tx.record(PresenceSwitched(organisation=member.organisation, subject=member.organisation))
