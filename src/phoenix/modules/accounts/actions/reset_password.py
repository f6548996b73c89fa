"""Reset a password by the proof of its address."""

from __future__ import annotations

import structlog

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions.fields import Fields
from phoenix.modules.accounts.actions.prove import Given, spend_proof
from phoenix.modules.accounts.actions.sessions import end_other_sessions
from phoenix.modules.accounts.actions.sign_up import MAILS_AN_HOUR
from phoenix.modules.accounts.errors import WrongProof
from phoenix.modules.accounts.events import PasswordReset

log = structlog.get_logger(__name__)

PURPOSE = "reset"


async def ask_for_reset(runtime: Runtime, tx: Transaction, *, email: str) -> None:
    """Send a proof for a new password. Says nothing about whether the address is known."""
    fields = Fields()
    address = fields.email(email)
    fields.check()
    if address is None or not (await runtime.limiter.hit(MAILS_AN_HOUR, address.key)).allowed:
        return
    known = await tx.maybe(queries.ACCOUNT_BY_EMAIL, address.key)
    # A job for an address nobody has costs the same, so that the time of the answer does not tell.
    await enqueue(tx, "accounts.send_reset", {"account": known.id if known else None})
    log.info("password_reset_asked", account=known.id if known else None, address=runtime.keys.pseudonym(address.key))


async def reset_password(runtime: Runtime, tx: Transaction, given: Given, *, password: str) -> str:
    """Set a new password; every session ends. The account's id. The proof is spent only by a password that can be used."""
    fields = Fields()
    await fields.new_password(runtime, password, given.email)
    fields.check()
    password_hash = await runtime.passwords.hash(password)
    proof = await spend_proof(runtime, tx, PURPOSE, given)
    if proof.account is None:
        raise WrongProof(_("This link does not belong to an account. Ask for a new mail."))
    await tx.execute(queries.SET_PASSWORD, proof.account, password_hash, tx.now)
    await tx.execute(queries.SPEND_ALL_PROOFS_OF_ACCOUNT, proof.account, tx.now)
    await end_other_sessions(tx, proof.account, keep=None, reason="password_reset")
    tx.record(PasswordReset(subject=proof.account))
    await enqueue(tx, "accounts.send_security_notice", {"account": proof.account, "what": "password_reset"})
    return proof.account
