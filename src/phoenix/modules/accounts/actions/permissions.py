"""What an account may do on the whole platform: given and taken by staff, never beyond what they may themselves."""

from __future__ import annotations

from phoenix.kernel.actor import ADMINISTRATOR, Actor
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.errors import Conflict, FieldError, Forbidden, InvalidInput
from phoenix.kernel.i18n.text import _
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions.impersonate import stop_looking_as, stop_looking_by
from phoenix.modules.accounts.actions.staff import may_give, take_turn
from phoenix.modules.accounts.events import PermissionGranted, PermissionTaken
from phoenix.modules.accounts.queries import staff


async def grant(runtime: Runtime, tx: Transaction, actor: Actor, account: str, permission: str) -> None:
    """Let an account do something on the platform.

    Nobody gives what they do not hold, but for administrators: they may give everything, to somebody else. So what the
    administrator's permission does not imply takes two people.
    """
    _check(runtime, actor, account, permission)
    target = await take_turn(tx, actor, account)
    if target.kind != "person" or target.locked:
        raise Conflict(_("This account cannot look after the platform: it is locked, or no person."))
    if permission in target.permissions:
        raise Conflict(_("This account has that permission already."))
    await tx.execute(queries.GRANT, account, permission, actor.account, tx.now)
    # Nobody looks through the eyes of staff, so not of somebody who is staff from now on.
    await stop_looking_as(tx, account, reason="became_staff")
    tx.invalidate(ACCOUNT(account))
    tx.record(PermissionGranted(subject=account, permission=permission))


async def take(runtime: Runtime, tx: Transaction, actor: Actor, account: str, permission: str) -> None:
    """Take a permission away; what the account was looking at through others' eyes ends. Raises Conflict for the last administrator."""
    _check(runtime, actor, account, permission, taking=True)
    await take_turn(tx, actor, account)
    await tx.execute(queries.LOCK_PERMISSIONS)
    if permission == ADMINISTRATOR and not await tx.one(staff.OTHER_HOLDERS, ADMINISTRATOR, account):
        raise Conflict(_("This is the last administrator. Make another one first."))
    if await tx.maybe(staff.TAKE, account, permission) is None:
        raise Conflict(_("This account does not have that permission."))
    await stop_looking_by(tx, account, reason="permission_taken")
    tx.invalidate(ACCOUNT(account))
    tx.record(PermissionTaken(subject=account, permission=permission))


def _check(runtime: Runtime, actor: Actor, account: str, permission: str, *, taking: bool = False) -> None:
    known = runtime.part(Registry).permissions.get(permission)
    if known is None or known.scope != "platform":
        raise InvalidInput(errors=(FieldError("permission", "unknown", _("There is no such permission.")),))
    held = actor.may(permission) or (taking and account == actor.account)
    if not held and (account == actor.account or not may_give(actor, permission)):
        raise Forbidden(_("Nobody gives a permission to themselves, or one that they do not hold."))
