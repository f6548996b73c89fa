"""Staff impersonate a person: with a reason, for minutes, read-only unless granted more, and always visibly to the person.

It is a session of the person that records the member of staff. The panel creates it and shows a link that works once, for
a minute, because the person's pages are on another listener. Opening the link gives the browser its cookie.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from phoenix.kernel.actor import ADMINISTRATOR, IMPERSONATE_AND_WRITE, Actor
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.errors import Conflict, Forbidden
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token, new_token
from phoenix.modules.accounts.actions.accounts import hold_all, standing
from phoenix.modules.accounts.actions.email_verification import use_once
from phoenix.modules.accounts.actions.fields import AccountFields
from phoenix.modules.accounts.actions.notices import notify
from phoenix.modules.accounts.errors import WrongCode
from phoenix.modules.impersonation import queries
from phoenix.modules.impersonation.events import ImpersonationStarted
from phoenix.modules.impersonation.notices import IMPERSONATED
from phoenix.modules.impersonation.queries import Impersonation
from phoenix.modules.sessions.actions.create import create_impersonation, open_impersonation
from phoenix.modules.sessions.actions.end import end_impersonations_by, end_session_of

IMPERSONATE = "platform.impersonate"
MINUTES = (5, 15, 30)
PURPOSE = "impersonation"
LINK_LIVES = timedelta(seconds=60)
DEVICE = "Phoenix staff"


class ImpersonationRequest(Struct, frozen=True):
    """Whom a member of staff wants to impersonate, and why."""

    account: str
    reason: str
    minutes: int
    writes: bool = False


def available_minutes(runtime: Runtime) -> tuple[int, ...]:
    """How long an impersonation can last, in minutes."""
    return tuple(minutes for minutes in MINUTES if minutes * 60 <= runtime.settings.sessions.impersonation) or (1,)


async def impersonate(runtime: Runtime, tx: Transaction, actor: Actor, request: ImpersonationRequest) -> str:
    """Create the session. Returns the token of its link. This ends an earlier impersonation by the same member of staff.

    Raises Forbidden and Conflict for those whom nobody can impersonate: themselves, staff, services, locked and erased accounts.
    """
    fields = AccountFields()
    reason = fields.reason(request.reason)
    if request.minutes not in available_minutes(runtime):
        fields.refuse("minutes", "unknown", _("Choose one of the listed durations."))
    fields.check()
    await _check(tx, actor, request)
    await end_impersonations_by(tx, actor.account, reason="began_another")
    until = tx.now + timedelta(minutes=request.minutes)
    # Nobody has this token: the real one is created when the link is opened.
    session = await create_impersonation(
        tx, account=request.account, device=DEVICE, impersonator=actor.account, reason=reason, writes=request.writes, until=until
    )
    tx.record(ImpersonationStarted(subject=request.account, session=session, reason=reason, minutes=request.minutes, writes=request.writes))
    await notify(tx, request.account, IMPERSONATED, about=session)
    return runtime.keys.sign(PURPOSE, session, expires=tx.now + LINK_LIVES)


async def read_link(runtime: Runtime, db: Reader, token: str) -> Impersonation:
    """The impersonation that a link is for. Reading it does not use the link up. Raises WrongCode."""
    session = runtime.keys.verify(PURPOSE, token, now=runtime.clock.now())
    found = await db.maybe(queries.IMPERSONATION, session or "", db.now)
    if found is None:
        raise WrongCode(_("This link has expired. Start again in the admin panel."))
    return found


async def open_link(runtime: Runtime, tx: Transaction, token: str) -> tuple[str, Impersonation]:
    """The token of the session, for a cookie. Raises WrongCode if the link was used or has expired."""
    found = await read_link(runtime, tx, token)
    if not await use_once(tx, token, LINK_LIVES):
        raise WrongCode(_("This link has already been used. Start again in the admin panel."))
    session_token = f"pho_{new_token()}"
    if not await open_impersonation(tx, found.id, hash_token(session_token)):
        raise WrongCode(_("This session has already ended. Start again in the admin panel."))
    return session_token, found


async def end(tx: Transaction, actor: Actor) -> None:
    """Stop impersonating. Raises Conflict if nobody is being impersonated."""
    if actor.impersonator is None:
        raise Conflict(_("You're not impersonating anyone."))
    await end_session_of(tx, actor.account, actor.session, reason="ended_by_staff")


async def _check(tx: Transaction, actor: Actor, request: ImpersonationRequest) -> None:
    """Whether it is allowed as of now: both accounts are locked until the transaction ends."""
    if request.account == actor.account:
        raise Conflict(_("You cannot impersonate yourself."))
    await hold_all(tx, [request.account, actor.account])
    target = await standing(tx, request.account)
    mine = await standing(tx, actor.account)
    if mine.locked or not {IMPERSONATE, ADMINISTRATOR} & set(mine.permissions):
        raise Forbidden(_("You don't have permission to impersonate people."))
    if request.writes and IMPERSONATE_AND_WRITE not in mine.permissions:
        raise Forbidden(_("You can only impersonate read-only. Making changes needs a separate permission."))
    if target.permissions:
        raise Forbidden(_("Staff can't be impersonated."))
    if target.kind != "person" or target.locked or target.erased:
        raise Conflict(_("This account can't be impersonated: it is locked, deleted or a service account."))
