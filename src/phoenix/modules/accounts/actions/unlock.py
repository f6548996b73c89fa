"""The way out of waiting after too many wrong tries: the owner proves the address."""

from __future__ import annotations

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions.guard import SECOND_FACTOR, key_of, unlock
from phoenix.modules.accounts.actions.prove import Given, spend_proof
from phoenix.modules.accounts.errors import WrongProof

PURPOSE = "unlock"


async def unlock_by_mail(runtime: Runtime, tx: Transaction, given: Given) -> str:
    """Start the counters of the account again; its id. Raises WrongProof.

    The one of the second factor goes on: who reads the mail would else buy five guesses with each.
    """
    proof = await spend_proof(runtime, tx, PURPOSE, given)
    if proof.account is None:
        raise WrongProof(_("This link does not belong to an account."))
    await unlock(tx, proof.account, by="mail", but=[key_of(runtime, SECOND_FACTOR, proof.account)])
    return proof.account
