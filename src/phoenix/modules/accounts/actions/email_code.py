"""Log in with a code or link sent by mail, without a password."""

from __future__ import annotations

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions.fields import Fields
from phoenix.modules.accounts.actions.prove import Given, spend_proof
from phoenix.modules.accounts.actions.sign_up import MAILS_AN_HOUR
from phoenix.modules.accounts.errors import WrongProof

PURPOSE = "log_in"


async def ask_for_code(runtime: Runtime, tx: Transaction, *, email: str) -> None:
    """Send a code to log in with. Says nothing about whether the address is known, and costs the same."""
    fields = Fields()
    address = fields.email(email)
    fields.check()
    if address is None or not (await runtime.limiter.hit(MAILS_AN_HOUR, address.key)).allowed:
        return
    known = await tx.maybe(queries.ACCOUNT_BY_EMAIL, address.key)
    await enqueue(tx, "accounts.send_log_in_code", {"account": known.id if known else None})


async def check_code(runtime: Runtime, tx: Transaction, given: Given) -> str:
    """The account whose mailbox this is. Raises WrongProof."""
    proof = await spend_proof(runtime, tx, PURPOSE, given)
    if proof.account is None:
        raise WrongProof(_("This code does not belong to an account. Ask for a new mail."))
    return proof.account
