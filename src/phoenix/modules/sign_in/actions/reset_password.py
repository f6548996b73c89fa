"""Reset a password with an emailed code or link."""

from __future__ import annotations

import structlog

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions import email_verification
from phoenix.modules.accounts.actions.email_verification import EmailProof
from phoenix.modules.accounts.actions.fields import AccountFields
from phoenix.modules.accounts.actions.notices import notify
from phoenix.modules.accounts.actions.password import NONE, set_password
from phoenix.modules.accounts.errors import WrongCode
from phoenix.modules.keys.actions.api_keys import revoke_keys
from phoenix.modules.sessions.actions.end import end_other_sessions
from phoenix.modules.sign_in.actions.destination import Proven, open_destination
from phoenix.modules.sign_in.actions.emails import SEND_FORCED_RESET, SEND_PASSWORD_RESET, Owner
from phoenix.modules.sign_in.actions.request_email import Sender, owner_of, requested_address
from phoenix.modules.sign_in.events import PasswordReset
from phoenix.modules.sign_in.notices import KEYS_REVOKED, PASSWORD_RESET, PASSWORD_RESET_AND_KEYS

log = structlog.get_logger(__name__)

PURPOSE = "reset"


async def request_reset(runtime: Runtime, tx: Transaction, *, email: str, sender: Sender, on_to: str = "") -> None:
    """Send an email for setting a new password. It leads to `on_to`, in every browser. The response does not reveal whether the address is known."""
    address = requested_address(email)
    owner = await owner_of(runtime, tx, address, sender, on_to)
    await enqueue(tx, SEND_PASSWORD_RESET, owner)
    log.info("password_reset_asked", account=owner.account, asked_for=runtime.keys.pseudonym(address.key))


async def reset_password(runtime: Runtime, tx: Transaction, proof: EmailProof, *, password: str) -> Proven:
    """Set a new password; every session ends, and the person's API keys are revoked. The code or link is used up only if the password is accepted."""
    fields = AccountFields()
    await fields.password(runtime, password, proof.email)
    fields.check()
    password_hash = await runtime.passwords.hash(password)
    verified = await email_verification.complete(runtime, tx, PURPOSE, proof)
    if verified.account is None:
        raise WrongCode(_("This link doesn't belong to an account. Request a new email."))
    await set_password(tx, verified.account, password_hash)
    await email_verification.cancel_all(tx, verified.account)
    await end_other_sessions(tx, verified.account, keep=None, reason="password_reset")
    tx.record(PasswordReset(subject=verified.account))
    revoked = await revoke_keys(tx, verified.account)
    await notify(tx, verified.account, PASSWORD_RESET_AND_KEYS if revoked else PASSWORD_RESET, about=" ".join(revoked))
    return Proven(verified.account, open_destination(runtime, verified.destination, verified.email_key))


async def force_reset(tx: Transaction, account: str) -> None:
    """Remove the password of an account, end its sessions, revoke its API keys, and email a link to set a new one."""
    if revoked := await revoke_keys(tx, account):
        await notify(tx, account, KEYS_REVOKED, about=" ".join(revoked))
    await set_password(tx, account, NONE)
    await email_verification.cancel_all(tx, account)
    await end_other_sessions(tx, account, keep=None, reason="password_taken")
    await enqueue(tx, SEND_FORCED_RESET, Owner(account))
