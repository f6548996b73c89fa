"""Staff look through a person's eyes: with a reason, for minutes, reading alone unless granted more, and never unseen.

It is a session of the person that names who is behind it. The panel makes it and shows a link, good once and for a minute,
because the person's pages are on another listener; opening the link gives the browser its cookie.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from phoenix.kernel.actor import ADMINISTRATOR, IMPERSONATE_AND_WRITE, Actor
from phoenix.kernel.data.database import Reader, Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.errors import Conflict, FieldError, Forbidden, InvalidInput
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token, new_token
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions.guard import spend_token
from phoenix.modules.accounts.actions.sessions import end_session_of, record_ended
from phoenix.modules.accounts.actions.staff import check_reason
from phoenix.modules.accounts.errors import WrongProof
from phoenix.modules.accounts.events import Impersonated
from phoenix.modules.accounts.queries import staff
from phoenix.modules.accounts.queries.staff import Looking

IMPERSONATE = "platform.impersonate"
MINUTES = (5, 15, 30)
PURPOSE = "look as"
LINK_LIVES = timedelta(seconds=60)
DEVICE = "Phoenix staff"


class Look(Struct, frozen=True):
    """What somebody of the staff wants to look at, and why."""

    account: str
    reason: str
    minutes: int
    writes: bool = False


def minutes_on_offer(runtime: Runtime) -> tuple[int, ...]:
    """For how long one may look, in minutes."""
    return tuple(minutes for minutes in MINUTES if minutes * 60 <= runtime.settings.sessions.impersonation) or (1,)


async def begin(runtime: Runtime, tx: Transaction, actor: Actor, look: Look) -> str:
    """Make the session; the token of its link. One at a time: what this staff looked at before ends.

    Raises Forbidden and Conflict for whom nobody may look as: themselves, staff, services, locked and erased accounts.
    """
    reason = check_reason(look.reason)
    if look.minutes not in minutes_on_offer(runtime):
        raise InvalidInput(errors=(FieldError("minutes", "unknown", _("Choose one of the times on offer.")),))
    await _check(tx, actor, look)
    await stop_looking_by(tx, actor.account, reason="began_another")
    session, until = new_id("ses"), tx.now + timedelta(minutes=look.minutes)
    # A token that nobody has: the one that counts is made when the link is opened.
    token = hash_token(new_token())
    seconds = look.minutes * 60
    times = (tx.now, False, seconds, until, until, until)
    origin = (DEVICE, "", "impersonation", None)
    looking = (actor.account, reason, look.writes, None)
    await tx.execute(queries.INSERT_SESSION, session, look.account, token, None, *times, *origin, *looking)
    tx.record(Impersonated(subject=look.account, session=session, reason=reason, minutes=look.minutes, writes=look.writes))
    await enqueue(tx, "accounts.send_security_notice", {"account": look.account, "what": "impersonated", "session": session})
    return runtime.keys.sign(PURPOSE, session, expires=tx.now + LINK_LIVES)


async def read_link(runtime: Runtime, db: Reader, token: str) -> Looking:
    """What a link leads to. Reading it spends nothing. Raises WrongProof."""
    session = runtime.keys.verify(PURPOSE, token, now=runtime.clock.now())
    found = await db.maybe(staff.LOOKING, session or "", db.now)
    if found is None:
        raise WrongProof(_("This link was good for a minute. Begin again in the admin panel."))
    return found


async def open_link(runtime: Runtime, tx: Transaction, token: str) -> tuple[str, Looking]:
    """The token of the session, for a cookie. Raises WrongProof where the link was used, or is too old."""
    found = await read_link(runtime, tx, token)
    if not await spend_token(tx, token, round(LINK_LIVES.total_seconds())):
        raise WrongProof(_("This link was used already. Begin again in the admin panel."))
    session_token = f"pho_{new_token()}"
    begun = await tx.maybe(staff.BEGIN_LOOKING, found.id, hash_token(session_token), tx.now)
    if begun is None:
        raise WrongProof(_("This has ended already. Begin again in the admin panel."))
    return session_token, begun


async def end(tx: Transaction, actor: Actor) -> None:
    """End looking through the person's eyes. Raises Conflict where one acts as oneself."""
    if actor.impersonator is None:
        raise Conflict(_("You are signed in as yourself."))
    await end_session_of(tx, actor.account, actor.session, reason="ended_by_staff")


async def stop_looking_by(tx: Transaction, account: str, *, reason: str) -> None:
    """End every session in which this account looks through the eyes of others."""
    for ended in await tx.all(staff.END_LOOKING_BY, account, tx.now, reason):
        record_ended(tx, ended, reason)


async def stop_looking_as(tx: Transaction, account: str, *, reason: str) -> None:
    """End every session in which others look through the eyes of this account."""
    for ended in await tx.all(staff.END_LOOKING_AS, account, tx.now, reason):
        record_ended(tx, ended, reason)


async def _check(tx: Transaction, actor: Actor, look: Look) -> None:
    """Whether it may be, decided on what is true now: both accounts are held until the transaction ends."""
    if look.account == actor.account:
        raise Conflict(_("You see Phoenix through your own eyes already."))
    await tx.all(staff.LOCK_ACCOUNTS, [look.account, actor.account])
    target = await tx.one(staff.TARGET, look.account)
    mine = await tx.one(staff.TARGET, actor.account)
    if mine.locked or not {IMPERSONATE, ADMINISTRATOR} & set(mine.permissions):
        raise Forbidden(_("You may not look through other people's eyes."))
    if look.writes and IMPERSONATE_AND_WRITE not in mine.permissions:
        raise Forbidden(_("You may look, but not change anything. That is a permission of its own."))
    if target.permissions:
        raise Forbidden(_("Nobody may look through the eyes of staff."))
    if target.kind != "person" or target.locked or target.erased:
        raise Conflict(_("This account is locked, erased or no person. Nobody can look through its eyes."))
