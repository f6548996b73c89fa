"""Verify the address of a sign-up: the account is created here."""

from __future__ import annotations

from typing import NoReturn

from msgspec import Struct

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.i18n.addresses import parse_address
from phoenix.kernel.language import _, language_of
from phoenix.kernel.runtime import Runtime
from phoenix.modules.accounts.actions import email_verification
from phoenix.modules.accounts.actions.accounts import create_account
from phoenix.modules.accounts.actions.email_verification import EmailProof
from phoenix.modules.accounts.actions.fields import AccountFields
from phoenix.modules.accounts.errors import WrongCode
from phoenix.modules.sign_in import queries
from phoenix.modules.sign_in.actions.destination import Proven, open_destination
from phoenix.modules.sign_in.actions.sign_up import forget_sign_ups

PURPOSE = "verify"


class Typed(Struct, frozen=True):
    """What the person who confirms an address typed for the account; nothing of it is needed where they have signed up themselves.

    Without a name (None), the account is called by the part of its address before the @.
    """

    password: str
    name: str | None
    time_zone: str
    locale: str


class _Owner(Struct, frozen=True):
    """What was typed, checked, with the hash of the password."""

    name: str | None
    password_hash: str
    time_zone: str
    locale: str


async def verify(runtime: Runtime, tx: Transaction, proof: EmailProof, typed: Typed, *, signed_up_here: str = "") -> Proven:
    """Create the account of the sign-up that the code or link belongs to. Works on any device.

    Anyone can sign up with any address, so its owner may have emails about a stranger's sign-up besides their own, and nothing
    that a stranger typed may become part of an account that the owner believes to be theirs. If this browser itself sent a sign-up
    for the address (`signed_up_here`), that sign-up is used, whichever email was opened. Otherwise all that counts is what
    whoever confirms the address types now. Raises WrongCode, and InvalidInput if the password is needed and missing, or
    something typed cannot be used; the code or link is not used up then.
    """
    owner = await _checked(runtime, proof, typed) if typed.password else None
    verified = await email_verification.complete(runtime, tx, PURPOSE, proof)
    sign_up = await tx.maybe(queries.SIGN_UP_TO_COMPLETE, verified.sign_up, signed_up_here)
    if sign_up is None:
        raise WrongCode(_("This address is already confirmed. Sign in."))
    chosen = sign_up if sign_up.id == signed_up_here else owner or _refused(typed)
    account = await create_account(
        tx,
        parse_address(sign_up.email),
        name=_name_in(sign_up.email) if chosen.name is None else chosen.name,
        password_hash=chosen.password_hash,
        time_zone=chosen.time_zone,
        locale=chosen.locale,
    )
    if account is None:
        raise WrongCode(_("This address is already confirmed. Sign in."))
    await forget_sign_ups(tx, sign_up.email_key)
    return Proven(account, open_destination(runtime, sign_up.destination, sign_up.id))


async def _checked(runtime: Runtime, proof: EmailProof, typed: Typed) -> _Owner:
    fields = AccountFields()
    name = None if typed.name is None else fields.name(typed.name)
    await fields.password(runtime, typed.password, proof.email, name or "")
    time_zone = fields.time_zone(typed.time_zone)
    fields.check()
    return _Owner(name, await runtime.passwords.hash(typed.password), time_zone, language_of(typed.locale))


def _refused(typed: Typed) -> NoReturn:
    fields = AccountFields()
    if typed.name is not None:
        fields.name(typed.name)
    fields.refuse("password", "missing", _("Choose a password for your account. You haven't signed up in this browser."))
    raise InvalidInput(errors=tuple(fields.errors))


def _name_in(email: str) -> str:
    fields = AccountFields()
    name = fields.name(email.rpartition("@")[0])
    fields.check()
    return name
