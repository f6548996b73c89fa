"""Change the password: every other session ends, and the owner is notified by email."""

from __future__ import annotations

from phoenix.kernel.actor import Actor
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions import email_verification
from phoenix.modules.accounts.actions.fields import AccountFields
from phoenix.modules.accounts.actions.notices import notify
from phoenix.modules.accounts.actions.password import set_password
from phoenix.modules.factors.actions.throttle import clear
from phoenix.modules.sessions.actions.end import end_other_sessions
from phoenix.modules.sign_in.actions.reauthenticate import check_own_password
from phoenix.modules.sign_in.events import PasswordChanged
from phoenix.modules.sign_in.notices import PASSWORD_CHANGED


async def change_password(runtime: Runtime, tx: Transaction, actor: Actor, *, current: str, password: str) -> None:
    """Set it. An account without a password needs no current one: the route also requires a recent sign-in (ASVS 5.0, 6.2.3).

    Raises WrongCode if the current one is wrong, and InvalidInput if the new one cannot be used.
    """
    attempt = await check_own_password(runtime, tx, actor, current, field="current_password")
    fields = AccountFields()
    await fields.password(runtime, password, actor.record.email, actor.name)
    fields.check()
    password_hash = await runtime.passwords.hash(password)
    if attempt is not None:
        await clear(tx, attempt)
    await set_password(tx, actor.account, password_hash)
    # Someone else may have requested a link that was emailed before, and this may be why the password is being changed.
    await email_verification.cancel_all(tx, actor.account)
    await end_other_sessions(tx, actor.account, keep=actor.session, reason="password_changed")
    tx.record(PasswordChanged(subject=actor.account))
    await notify(tx, actor.account, PASSWORD_CHANGED)
