"""Prove the address of a sign-up: the account begins here."""

from __future__ import annotations

from phoenix.kernel.database import Transaction
from phoenix.kernel.ids import new_id
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.text import _
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions.prove import Given, spend_proof
from phoenix.modules.accounts.errors import WrongProof
from phoenix.modules.accounts.events import AccountCreated

PURPOSE = "verify"


async def verify(runtime: Runtime, tx: Transaction, given: Given) -> str:
    """The account that the proof began; its id. Works on any device.

    Every sign-up of an address has a proof of its own, so that nobody's click can activate another's password.
    """
    proof = await spend_proof(runtime, tx, PURPOSE, given)
    sign_up = await tx.maybe(queries.SIGN_UP, proof.sign_up)
    if sign_up is None:
        raise WrongProof(_("This address was confirmed already. Log in."))
    account = await tx.maybe(
        queries.INSERT_ACCOUNT,
        new_id("acc"),
        sign_up.email,
        sign_up.email_key,
        sign_up.name,
        sign_up.password_hash,
        sign_up.time_zone,
        sign_up.locale,
        tx.now,
    )
    if account is None:
        raise WrongProof(_("This address was confirmed already. Log in."))
    await tx.execute(queries.FORGET_SIGN_UPS, sign_up.email_key)
    tx.record(AccountCreated(subject=account))
    return account
