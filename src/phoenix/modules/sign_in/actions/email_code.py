"""Sign in with an emailed code or link, without a password."""

from __future__ import annotations

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions import email_verification
from phoenix.modules.accounts.actions.accounts import find_by_email
from phoenix.modules.accounts.actions.email_verification import EMAILS_AN_HOUR, EmailProof
from phoenix.modules.accounts.actions.fields import Fields
from phoenix.modules.accounts.errors import WrongCode
from phoenix.modules.sign_in.actions.emails import SEND_SIGN_IN_CODE, Owner

PURPOSE = "sign_in"


async def request_code(runtime: Runtime, tx: Transaction, *, email: str) -> None:
    """Send a code to sign in with. Says nothing about whether the address is known, and costs the same."""
    fields = Fields()
    address = fields.email(email)
    fields.check()
    if address is None or not (await runtime.limiter.hit(EMAILS_AN_HOUR, address.key)).allowed:
        return
    known = await find_by_email(tx, address.key)
    await enqueue(tx, SEND_SIGN_IN_CODE, Owner(known.id if known else None))


async def check_code(runtime: Runtime, tx: Transaction, proof: EmailProof) -> str:
    """The account whose mailbox this is. Raises WrongCode."""
    verified = await email_verification.complete(runtime, tx, PURPOSE, proof)
    if verified.account is None:
        raise WrongCode(_("This code does not belong to an account. Ask for a new mail."))
    return verified.account
