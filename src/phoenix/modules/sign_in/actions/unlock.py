"""Unlock sign-in after too many wrong attempts: the owner verifies the address of the account."""

from __future__ import annotations

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions import email_verification
from phoenix.modules.accounts.actions.email_verification import EmailProof
from phoenix.modules.accounts.errors import WrongCode
from phoenix.modules.factors.actions import throttle
from phoenix.modules.factors.actions.throttle import SECOND_FACTOR, Attempt, key_of
from phoenix.modules.sign_in.actions.destination import Proven, open_destination
from phoenix.modules.sign_in.actions.emails import SEND_UNLOCK, Owner

PURPOSE = "unlock"


async def offer_unlock(tx: Transaction, attempt: Attempt, destination: str = "") -> None:
    """The attempt was wrong. When the wait starts, the owner gets an email that can end it; an unknown address costs the same."""
    if throttle.record_pause(tx, attempt):
        await enqueue(tx, SEND_UNLOCK, Owner(attempt.account, destination=destination))


async def unlock(runtime: Runtime, tx: Transaction, proof: EmailProof) -> Proven:
    """Reset the counters of the account. Raises WrongCode.

    The counter of the second factor is not reset: otherwise each email would allow five more guesses.
    """
    verified = await email_verification.complete(runtime, tx, PURPOSE, proof)
    if verified.account is None:
        raise WrongCode(_("This link doesn't belong to an account."))
    await throttle.clear_account(tx, verified.account, by="mail", keep=[key_of(runtime, SECOND_FACTOR, verified.account)])
    return Proven(verified.account, open_destination(runtime, verified.destination, verified.email_key))
