"""Change one's password by the old one: every other session ends, and the owner is told."""

from __future__ import annotations

from phoenix.kernel.actor import Actor
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions.confirm import check_own_password
from phoenix.modules.accounts.actions.fields import Fields
from phoenix.modules.accounts.actions.sessions import end_other_sessions
from phoenix.modules.accounts.events import PasswordChanged


async def change_password(runtime: Runtime, tx: Transaction, actor: Actor, *, current: str, password: str) -> None:
    """Set it. Who has none yet needs no old one: the route asks for a recent proof besides (ASVS 5.0, 6.2.3).

    Raises WrongProof where the old one is wrong, and InvalidInput where the new one cannot be used.
    """
    await check_own_password(runtime, tx, actor, current, field="current_password")
    fields = Fields()
    await fields.new_password(runtime, password, actor.record.email, actor.name)
    fields.check()
    password_hash = await runtime.passwords.hash(password)
    await tx.execute(queries.SET_PASSWORD, actor.account, password_hash, tx.now)
    # A link mailed before is of who asked for it, and that may be why the password is changed.
    await tx.execute(queries.SPEND_ALL_PROOFS_OF_ACCOUNT, actor.account, tx.now)
    await end_other_sessions(tx, actor.account, keep=actor.session, reason="password_changed")
    tx.record(PasswordChanged(subject=actor.account))
    await enqueue(tx, "accounts.send_security_notice", {"account": actor.account, "what": "password_changed"})
