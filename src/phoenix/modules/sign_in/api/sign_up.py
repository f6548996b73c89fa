"""JSON routes of signing up, verifying an address and recovering access."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.i18n.fields import Text
from phoenix.kernel.security.passwords import check_strength
from phoenix.kernel.web.call import Accepted, Call
from phoenix.kernel.web.endpoint import post
from phoenix.kernel.web.rules import PUBLIC
from phoenix.modules.accounts.actions.limits import (
    PASSWORD_CHECKS,
    PASSWORD_RESETS,
    RESETS,
    SIGN_UP_CONFIRMATIONS,
    SIGN_UPS,
    UNLOCKS,
    VERIFICATION_EMAILS,
)
from phoenix.modules.sign_in.actions import reset_password, sign_up, unlock, verify
from phoenix.modules.sign_in.actions.request_email import Sender
from phoenix.modules.sign_in.api.data import EmailData, EmailRequestData, Nothing, ProofData


class SignUpData(Struct, forbid_unknown_fields=True):
    """`captcha` is the answer of the CAPTCHA, where the installation asks for one."""

    email: Text
    password: Text
    name: Text
    accept_terms: bool
    time_zone: Text = "UTC"
    locale: Text = "en"
    captcha: Text = ""


class VerificationData(ProofData, forbid_unknown_fields=True, kw_only=True):
    """Without a `name`, the account is called by the part of its address before the @."""

    password: Text = ""
    name: Text = ""
    time_zone: Text = "UTC"
    locale: Text = "en"


class NewPasswordData(ProofData, forbid_unknown_fields=True, kw_only=True):
    """`device` is the one that requested the email, if it sent one then."""

    password: Text
    device: Text = ""


class PasswordData(Struct, forbid_unknown_fields=True):
    """A password, and what an attacker would try of the person: their email address and name."""

    password: Text
    email: Text = ""
    name: Text = ""


class PasswordCheck(Struct, frozen=True):
    """Whether the password can be used; if not, `detail` says why."""

    acceptable: bool
    detail: str


@post("/api/v2/accounts", may=PUBLIC, queries=4, limits=(SIGN_UPS,), costs="argon2")
async def sign_up_account(call: Call, data: SignUpData) -> Accepted[Nothing]:
    """Sign up. The response is the same whether or not the address is known: the rest happens by email."""
    await call.runtime.captcha.require(data.captcha, call.address)
    await sign_up.sign_up(
        call.runtime,
        call.tx,
        email=data.email,
        password=data.password,
        name=data.name,
        time_zone=data.time_zone,
        locale=data.locale,
        accept_terms=data.accept_terms,
        asked_by=call.caller,
    )
    return Accepted(Nothing())


@post("/api/v2/accounts/verify", may=PUBLIC, queries=9, limits=(SIGN_UP_CONFIRMATIONS,), costs="argon2")
async def verify_account(call: Call, data: VerificationData) -> None:
    """Verify the address of a sign-up, with the token from the link or with address and code. This creates the account.

    Send the account's `password`, and its name, time zone and language: anyone could have signed up with this address, so
    nothing that was sent then is used.
    """
    typed = verify.Typed(data.password, data.name or None, data.time_zone, data.locale)
    await verify.verify(call.runtime, call.tx, data.proof((call.caller,)), typed)


@post("/api/v2/accounts/verify/resend", may=PUBLIC, queries=2, limits=(VERIFICATION_EMAILS,), tag="accounts")
async def resend_verification(call: Call, data: EmailData) -> Accepted[Nothing]:
    """Resend the code. The response is always the same. Limited to 10 an hour for each client address."""
    await sign_up.resend_verification(call.tx, email=data.email, asked_by=call.caller)
    return Accepted(Nothing())


@post("/api/v2/password_resets", signs_in=True, may=PUBLIC, queries=2, limits=(RESETS,))
async def request_password_reset(call: Call, data: EmailRequestData) -> Accepted[Nothing]:
    """Request an email for setting a new password. The response is always the same. Limited to 10 an hour for each client address."""
    await call.runtime.captcha.require(data.captcha, call.address)
    await reset_password.request_reset(call.runtime, call.tx, email=data.email, sender=Sender(call.caller, data.device))
    return Accepted(Nothing())


@post("/api/v2/password_resets/complete", signs_in=True, may=PUBLIC, queries=11, limits=(PASSWORD_RESETS,), costs="argon2")
async def complete_password_reset(call: Call, data: NewPasswordData) -> None:
    """Set a new password with the token from the link, or with address and code. All sessions are ended."""
    proof = data.proof(Sender(call.caller, data.device).names(call.runtime))
    await reset_password.reset_password(call.runtime, call.tx, proof, password=data.password)


@post("/api/v2/password_checks", may=PUBLIC, queries=0, limits=(PASSWORD_CHECKS,))
async def check_new_password(call: Call, data: PasswordData) -> PasswordCheck:
    """Check a password against the rules for new passwords, while it is being typed. Nothing is stored."""
    del call
    try:
        check_strength(data.password, words=(data.email, data.name))
    except InvalidInput as problem:
        return PasswordCheck(acceptable=False, detail=problem.detail)
    return PasswordCheck(acceptable=True, detail="")


@post("/api/v2/unlocks", signs_in=True, may=PUBLIC, queries=7, limits=(UNLOCKS,))
async def unlock_account(call: Call, data: ProofData) -> None:
    """Unlock a paused sign-in with the token or code from the email."""
    await unlock.unlock(call.runtime, call.tx, data.proof((call.caller,)))


ROUTES = (
    sign_up_account,
    verify_account,
    resend_verification,
    request_password_reset,
    complete_password_reset,
    check_new_password,
    unlock_account,
)
