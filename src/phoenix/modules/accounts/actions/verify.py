"""Prove the address of a sign-up: the account begins here."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions.prove import Given, spend_proof
from phoenix.modules.accounts.errors import WrongProof
from phoenix.modules.accounts.events import AccountCreated

PURPOSE = "verify"


class Begun(Struct, frozen=True):
    """An account that just began. `here` is whether the sign-up it came of was sent by the browser that proved the address."""

    account: str
    here: bool


async def verify(runtime: Runtime, tx: Transaction, given: Given, *, signed_up_here: str = "") -> Begun:
    """The account that the proof begins. Works on any device.

    Anybody may sign up with any address, so its owner may hold mails of a stranger's sign-up beside their own. Where the
    browser that brings the proof has a sign-up of this address itself (`signed_up_here`), that one counts, whichever mail
    was used: a stranger's password never opens what the owner believes to be theirs.
    """
    proof = await spend_proof(runtime, tx, PURPOSE, given)
    sign_up = await tx.maybe(queries.SIGN_UP_TO_BEGIN, proof.sign_up, signed_up_here)
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
    return Begun(account, here=sign_up.id == signed_up_here)
