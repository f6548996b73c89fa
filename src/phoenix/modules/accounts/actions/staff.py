"""What staff do to an account: close and open it, end its sessions, and help who lost a password or a second factor."""

from __future__ import annotations

from phoenix.kernel.actor import ADMINISTRATOR, Actor
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.errors import Conflict, FieldError, Forbidden, InvalidInput
from phoenix.kernel.i18n.text import _
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions import guard
from phoenix.modules.accounts.actions.sessions import end_other_sessions, end_session_of
from phoenix.modules.accounts.errors import NoSecondFactor
from phoenix.modules.accounts.events import (
    AccountLockedByStaff,
    AccountOpenedByStaff,
    PasskeyRemoved,
    PasswordTakenByStaff,
    SecondFactorRemoved,
)
from phoenix.modules.accounts.queries import protection, staff
from phoenix.modules.accounts.queries.staff import Target

REASON_LEAST, REASON_MOST = 10, 500
BY_STAFF = "ended_by_staff"
LOCKED = "locked_by_staff"


def check_reason(reason: str) -> str:
    """A reason as it is kept: on one line, 10 to 500 characters. Raises InvalidInput."""
    written = " ".join(reason.split())
    if len(written) < REASON_LEAST:
        raise InvalidInput(errors=(FieldError("reason", "too_short", _("Write why, so that others understand it later.")),))
    if len(written) > REASON_MOST:
        sentence = _("Use at most {most} characters.").format(most=REASON_MOST)
        raise InvalidInput(errors=(FieldError("reason", "too_long", sentence),))
    return written


async def take_turn(tx: Transaction, actor: Actor, account: str) -> Target:
    """The account, held until the transaction ends with that of the actor, so that two acts never see half of each other.

    Raises NotFound, and Forbidden where it may do something on the platform that the actor may not, or where the actor was
    locked meanwhile: of two administrators who lock each other one stays.
    """
    if actor.account not in await tx.all(staff.LOCK_FOR_STAFF, [account, actor.account], actor.account):
        raise Forbidden(_("Your own account was closed meanwhile."))
    target = await tx.one(staff.TARGET, account)
    if not all(may_give(actor, permission) for permission in target.permissions):
        raise Forbidden(_("This account may do more than yours. Ask somebody who may do all that it may."))
    if target.erased:
        raise Conflict(_("This account was erased. Nothing of it is left to change."))
    return target


def may_give(actor: Actor, permission: str) -> bool:
    """Whether somebody may decide who has a permission: its holders may, and administrators may for each of them."""
    return actor.may(permission) or ADMINISTRATOR in actor.record.platform


async def lock_account(tx: Transaction, actor: Actor, account: str, *, reason: str) -> None:
    """Close an account until staff open it again. Its sessions end, and those in which it looks as others."""
    reason = check_reason(reason)
    await take_turn(tx, actor, account)
    if account == actor.account:
        raise Conflict(_("You cannot lock your own account."))
    if await tx.maybe(staff.LOCK_ACCOUNT, account, tx.now, reason) is None:
        raise Conflict(_("This account is locked already."))
    await end_other_sessions(tx, account, keep=None, reason=LOCKED)
    await enqueue(tx, "accounts.send_security_notice", {"account": account, "what": "locked"})
    tx.record(AccountLockedByStaff(subject=account, reason=reason))


async def open_account(tx: Transaction, actor: Actor, account: str) -> None:
    """Open an account that staff locked."""
    await take_turn(tx, actor, account)
    if await tx.maybe(staff.OPEN_ACCOUNT, account) is None:
        raise Conflict(_("This account is not locked."))
    tx.invalidate(ACCOUNT(account))
    await enqueue(tx, "accounts.send_security_notice", {"account": account, "what": "opened"})
    tx.record(AccountOpenedByStaff(subject=account))


async def clear_waiting(tx: Transaction, actor: Actor, account: str) -> None:
    """Let the owner try again at once, after too many wrong tries."""
    await take_turn(tx, actor, account)
    await guard.unlock(tx, account, by="staff")


async def end_one(tx: Transaction, actor: Actor, account: str, session: str) -> None:
    """End one session of somebody. Raises NotFound."""
    await take_turn(tx, actor, account)
    await end_session_of(tx, account, session, reason=BY_STAFF)


async def end_all(tx: Transaction, actor: Actor, account: str) -> int:
    """End all sessions of somebody; how many. Of one's own, all others."""
    await take_turn(tx, actor, account)
    return await end_other_sessions(tx, account, keep=actor.session, reason=BY_STAFF)


async def force_reset(tx: Transaction, actor: Actor, account: str) -> None:
    """End a password, with all sessions, and mail the way to a new one. For one that somebody else may know."""
    target = await take_turn(tx, actor, account)
    if target.kind != "person":
        raise Conflict(_("A service account has no password."))
    await tx.execute(queries.SET_PASSWORD, account, "!", tx.now)
    await tx.execute(queries.SPEND_ALL_PROOFS_OF_ACCOUNT, account, tx.now)
    await end_other_sessions(tx, account, keep=None, reason="password_taken")
    tx.record(PasswordTakenByStaff(subject=account))
    await enqueue(tx, "accounts.send_forced_reset", {"account": account})


async def reset_second_factors(tx: Transaction, actor: Actor, account: str) -> None:
    """Remove every second factor of somebody who lost them. Raises NoSecondFactor where there is none."""
    await take_turn(tx, actor, account)
    totp = await tx.maybe(protection.REMOVE_TOTP, account) is not None
    await tx.execute(protection.REMOVE_BACKUP_CODES, account)
    passkeys = await tx.all(staff.REMOVE_PASSKEYS, account)
    if not totp and not passkeys:
        raise NoSecondFactor(_("This account has no second factor."))
    if totp:
        tx.record(SecondFactorRemoved(subject=account, factor="totp"))
    for passkey in passkeys:
        tx.record(PasskeyRemoved(subject=account, passkey=passkey))
    tx.invalidate(ACCOUNT(account))
    await enqueue(tx, "accounts.send_security_notice", {"account": account, "what": "second_factors_reset"})
