"""Verify the address of a sign-up: the account is created here."""

from __future__ import annotations

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.errors import FieldError, InvalidInput
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions import email_verification
from phoenix.modules.accounts.actions.accounts import create_account
from phoenix.modules.accounts.actions.email_verification import EmailProof
from phoenix.modules.accounts.actions.fields import AccountFields
from phoenix.modules.accounts.errors import WrongCode
from phoenix.modules.sign_in import queries
from phoenix.modules.sign_in.actions.sign_up import forget_sign_ups

PURPOSE = "verify"


async def verify(runtime: Runtime, tx: Transaction, proof: EmailProof, *, signed_up_here: str = "", password: str = "") -> str:
    """Create the account of the sign-up that the code or link belongs to. Returns its id. Works on any device.

    Anyone can sign up with any address, so its owner may have emails about a stranger's sign-up besides their own, and a
    stranger's password must never open an account that the owner believes to be theirs. If this browser itself sent a sign-up
    for the address (`signed_up_here`), that sign-up is used, whichever email was opened. Otherwise whoever confirms the address
    sets the password now. Raises WrongCode, and InvalidInput if the password is needed and missing or cannot be used; the code or
    link is not used up then.
    """
    chosen = await _chosen(runtime, proof, password) if password else None
    verified = await email_verification.complete(runtime, tx, PURPOSE, proof)
    sign_up = await tx.maybe(queries.SIGN_UP_TO_COMPLETE, verified.sign_up, signed_up_here)
    if sign_up is None:
        raise WrongCode(_("This address is already confirmed. Sign in."))
    here = sign_up.id == signed_up_here
    if not here and chosen is None:
        sentence = _("Choose a password for your account. You haven't signed up in this browser.")
        raise InvalidInput(errors=(FieldError("password", "missing", sentence),))
    account = await create_account(
        tx,
        parse_address(sign_up.email),
        name=sign_up.name,
        password_hash=sign_up.password_hash if here or chosen is None else chosen,
        time_zone=sign_up.time_zone,
        locale=sign_up.locale,
    )
    if account is None:
        raise WrongCode(_("This address is already confirmed. Sign in."))
    await forget_sign_ups(tx, sign_up.email_key)
    return account


async def _chosen(runtime: Runtime, proof: EmailProof, password: str) -> str:
    fields = AccountFields()
    await fields.password(runtime, password, proof.email)
    fields.check()
    return await runtime.passwords.hash(password)
