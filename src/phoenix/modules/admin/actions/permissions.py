"""Grant and remove what accounts can do on the whole platform: never more than one can do oneself."""

from __future__ import annotations

from phoenix.kernel.actor import ADMINISTRATOR, Actor
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.errors import Conflict, FieldError, Forbidden, InvalidInput
from phoenix.kernel.language import _
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions import permissions
from phoenix.modules.admin.actions.people import may_give, take_turn
from phoenix.modules.sessions.actions.end import end_impersonations_by, end_impersonations_of


async def grant(runtime: Runtime, tx: Transaction, actor: Actor, account: str, permission: str) -> None:
    """Let an account do something on the platform.

    Nobody grants what they do not have, except administrators: they can grant everything, to someone else. So what the
    administrator's permission does not imply takes two people.
    """
    _check(runtime, actor, account, permission)
    target = await take_turn(tx, actor, account)
    if target.kind != "person" or target.locked:
        raise Conflict(_("This account can't be granted platform permissions: it is locked, or a service account."))
    if permission in target.permissions:
        raise Conflict(_("This account already has this permission."))
    # Staff cannot be impersonated, so impersonations of someone who becomes staff end.
    await end_impersonations_of(tx, account, reason="became_staff")
    await permissions.grant_permission(tx, account, permission, by=actor.account)


async def remove(runtime: Runtime, tx: Transaction, actor: Actor, account: str, permission: str) -> None:
    """Remove a permission; whatever the account was impersonating ends. Raises Conflict for the last administrator."""
    _check(runtime, actor, account, permission, removing=True)
    await take_turn(tx, actor, account)
    if permission == ADMINISTRATOR:
        await permissions.require_administrator_besides(tx, account)
    if not await permissions.remove_permission(tx, account, permission):
        raise Conflict(_("This account doesn't have this permission."))
    await end_impersonations_by(tx, account, reason="permission_taken")


def _check(runtime: Runtime, actor: Actor, account: str, permission: str, *, removing: bool = False) -> None:
    known = runtime.part(Registry).permissions.get(permission)
    if known is None or known.scope != "platform":
        raise InvalidInput(errors=(FieldError("permission", "unknown", _("This permission doesn't exist.")),))
    held = actor.may(permission) or (removing and account == actor.account)
    if not held and (account == actor.account or not may_give(actor, permission)):
        raise Forbidden(_("You can't grant a permission to yourself, or one you don't have."))
