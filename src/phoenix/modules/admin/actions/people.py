"""Actions of staff on an account: lock and unlock it, end its sessions, and help with a lost password or second factor."""

from __future__ import annotations

from collections.abc import Collection

from phoenix.kernel.actor import ADMINISTRATOR, Actor
from phoenix.kernel.archives import Copy
from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.errors import Conflict, Forbidden
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions import accounts, export_data
from phoenix.modules.accounts.actions.accounts import Standing
from phoenix.modules.accounts.actions.fields import checked_reason
from phoenix.modules.accounts.actions.notices import notify
from phoenix.modules.accounts.actions.permissions import require_administrator_besides
from phoenix.modules.admin.events import AccountLocked, AccountUnlocked, ExportFetched, PasswordResetForced
from phoenix.modules.admin.notices import EXPORT_BY_STAFF, LOCKED, LOCKED_AND_KEYS, OPENED, SECOND_FACTORS_RESET
from phoenix.modules.factors.actions import second_factor, throttle
from phoenix.modules.keys.actions.api_keys import revoke_keys
from phoenix.modules.keys.actions.service_accounts import suspend_keys_made_by
from phoenix.modules.organisations.actions.withdraw import withdraw_all_pending
from phoenix.modules.sessions.actions.end import end_other_sessions, end_session_of
from phoenix.modules.sign_in.actions.reset_password import force_reset as remove_password

BY_STAFF = "ended_by_staff"
EXPORTS_BY_STAFF_A_DAY = Limit("export_by_staff", 3, 86_400)
LOCKED_BY_STAFF = "locked_by_staff"


async def take_turn(tx: Transaction, actor: Actor, account: str) -> Standing:
    """The account, locked together with the actor's until the transaction ends, so that two acts cannot interleave.

    Raises NotFound, and Forbidden if it has a platform permission that the actor lacks, or if the actor has been locked
    since: if two administrators lock each other, one of them stays unlocked.
    """
    if not await accounts.hold_for(tx, account, actor.account):
        raise Forbidden(_("Your own account has been closed."))
    target = await accounts.standing(tx, account)
    if not may_change(actor, target.permissions):
        raise Forbidden(_("This account has permissions that yours lacks. Ask an administrator who has them."))
    if target.erased:
        raise Conflict(_("This account has been deleted and can't be changed."))
    return target


def may_change(actor: Actor, permissions: Collection[str]) -> bool:
    """Whether staff can change an account with these permissions on the platform. Its page offers what this allows."""
    return all(may_give(actor, permission) for permission in permissions)


def may_give(actor: Actor, permission: str) -> bool:
    """Whether someone can grant and remove a permission: people who have it can, and administrators can for any."""
    return actor.may(permission) or ADMINISTRATOR in actor.record.platform


async def lock_account(tx: Transaction, actor: Actor, account: str, *, reason: str) -> None:
    """Lock an account until staff unlock it. This ends its sessions, and those in which it impersonates others.

    A person's own API keys are revoked; those that they made for service accounts stop until they are renewed. What they and those have
    pending is withdrawn. Whoever took the account over may have made any of it, so nothing comes back when it is unlocked.
    Raises Conflict for the last administrator.
    """
    reason = checked_reason(reason)
    target = await take_turn(tx, actor, account)
    if account == actor.account:
        raise Conflict(_("You can't lock your own account."))
    if ADMINISTRATOR in target.permissions:
        await require_administrator_besides(tx, account)
    if not await accounts.lock(tx, account, reason=reason):
        raise Conflict(_("This account is already locked."))
    stopped = await suspend_keys_made_by(tx, account)
    await withdraw_all_pending(tx, account, *stopped)
    await end_other_sessions(tx, account, keep=None, reason=LOCKED_BY_STAFF)
    revoked = await revoke_keys(tx, account) if target.kind == "person" else []
    await notify(tx, account, LOCKED_AND_KEYS if revoked else LOCKED, about=" ".join(revoked))
    tx.record(AccountLocked(subject=account, reason=reason))


async def unlock_account(tx: Transaction, actor: Actor, account: str) -> None:
    """Unlock an account that staff locked. Keys that it made for service accounts stay suspended until they are renewed, its own revoked."""
    await take_turn(tx, actor, account)
    if not await accounts.unlock(tx, account):
        raise Conflict(_("This account is not locked."))
    await notify(tx, account, OPENED)
    tx.record(AccountUnlocked(subject=account))


async def resume_sign_in(tx: Transaction, actor: Actor, account: str) -> None:
    """Remove the rate limit after too many wrong attempts."""
    await take_turn(tx, actor, account)
    await throttle.clear_account(tx, account, by="staff")


async def end_session(tx: Transaction, actor: Actor, account: str, session: str) -> None:
    """End one session of someone. Raises NotFound."""
    await take_turn(tx, actor, account)
    await end_session_of(tx, account, session, reason=BY_STAFF)


async def end_all_sessions(tx: Transaction, actor: Actor, account: str) -> int:
    """End all sessions of someone; for oneself, all but the current one. Returns how many."""
    await take_turn(tx, actor, account)
    return await end_other_sessions(tx, account, keep=actor.session, reason=BY_STAFF)


async def force_reset(tx: Transaction, actor: Actor, account: str) -> None:
    """Remove a password that someone else may know, end all sessions, and email a link to set a new one."""
    target = await take_turn(tx, actor, account)
    if target.kind != "person":
        raise Conflict(_("A service account has no password."))
    await remove_password(tx, account)
    tx.record(PasswordResetForced(subject=account))


async def reset_second_factors(tx: Transaction, actor: Actor, account: str) -> None:
    """Remove every second factor of a person who lost them. Raises NoSecondFactor if there is none."""
    await take_turn(tx, actor, account)
    await second_factor.remove_all(tx, account)
    await notify(tx, account, SECOND_FACTORS_RESET)


async def request_export(runtime: Runtime, tx: Transaction, actor: Actor, account: str) -> str:
    """Request the archive of a person who cannot sign in. Returns its id. The person gets an email, and can download it too.

    Raises TooManyRequests: each of them takes much work and space.
    """
    await runtime.limiter.require(EXPORTS_BY_STAFF_A_DAY, account)
    target = await take_turn(tx, actor, account)
    if target.kind != "person":
        raise Conflict(_("A service account has no personal data."))
    await notify(tx, account, EXPORT_BY_STAFF)
    return await export_data.start_export(tx, account)


async def fetch_export(runtime: Runtime, tx: Transaction, actor: Actor, account: str, export: str) -> Copy:
    """The archive of a person, for staff to hand over. That they fetched it is recorded. Raises NotFound as `archive_of`."""
    await take_turn(tx, actor, account)
    copy = await export_data.archive_of(runtime, tx, account, export)
    tx.record(ExportFetched(subject=account, export=export))
    return copy
