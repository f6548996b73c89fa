"""Sign in with an emailed code or link, without a password."""

from __future__ import annotations

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions import email_verification
from phoenix.modules.accounts.actions.email_verification import EmailProof
from phoenix.modules.accounts.errors import WrongCode
from phoenix.modules.sign_in.actions.destination import Proven, open_destination
from phoenix.modules.sign_in.actions.emails import SEND_SIGN_IN_CODE
from phoenix.modules.sign_in.actions.request_email import Sender, owner_of, requested_address

PURPOSE = "sign_in"


async def request_code(runtime: Runtime, tx: Transaction, *, email: str, sender: Sender, on_to: str = "") -> None:
    """Send a sign-in code. It leads to `on_to`, in every browser. The response and its cost do not reveal whether the address is known."""
    await enqueue(tx, SEND_SIGN_IN_CODE, await owner_of(runtime, tx, requested_address(email), sender, on_to))


async def check_code(runtime: Runtime, tx: Transaction, proof: EmailProof) -> Proven:
    """The account whose mailbox this is. Raises WrongCode."""
    verified = await email_verification.complete(runtime, tx, PURPOSE, proof)
    if verified.account is None:
        raise WrongCode(_("This code doesn't belong to an account. Request a new email."))
    return Proven(verified.account, open_destination(runtime, verified.destination, verified.email_key))
