"""JSON routes of signing up, verifying an address and getting back in."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.web.call import Accepted, Call
from phoenix.kernel.web.endpoint import post
from phoenix.kernel.web.rules import PUBLIC
from phoenix.modules.accounts.actions.limits import RESETS, SIGN_UPS, VERIFICATIONS
from phoenix.modules.sign_in.actions import reset_password, sign_up, unlock, verify
from phoenix.modules.sign_in.api.data import EmailData, EmailRequestData, Nothing, ProofData, Text


class SignUpData(Struct, forbid_unknown_fields=True):
    """`captcha` is the answer of the CAPTCHA, where the installation asks for one."""

    email: Text
    password: Text
    name: Text
    accept_terms: bool
    time_zone: Text = "UTC"
    locale: Text = "en"
    captcha: Text = ""


class NewPasswordData(ProofData, forbid_unknown_fields=True, kw_only=True):
    password: Text


@post("/api/v2/accounts", may=PUBLIC, queries=4, limits=(SIGN_UPS,))
async def sign_up_account(call: Call, data: SignUpData) -> Accepted[Nothing]:
    """Sign up. The answer is the same whether or not the address is known; the rest happens by email."""
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
    )
    return Accepted(Nothing())


@post("/api/v2/accounts/verify", may=PUBLIC, queries=8, limits=(VERIFICATIONS,))
async def verify_account(call: Call, data: ProofData) -> None:
    """Verify the address of a sign-up, with the token of the link or with address and code. This creates the account."""
    await verify.verify(call.runtime, call.tx, data.proof)


@post("/api/v2/accounts/verify/resend", may=PUBLIC, queries=2, limits=(VERIFICATIONS,), tag="accounts")
async def resend_verification(call: Call, data: EmailData) -> Accepted[Nothing]:
    """Send the code again, at most five times an hour. The answer is always the same."""
    await sign_up.resend_verification(call.runtime, call.tx, email=data.email)
    return Accepted(Nothing())


@post("/api/v2/password_resets", may=PUBLIC, queries=2, limits=(RESETS,))
async def request_password_reset(call: Call, data: EmailRequestData) -> Accepted[Nothing]:
    """Ask for an email to set a new password with. The answer is always the same. Ten an hour per address of the caller."""
    await call.runtime.captcha.require(data.captcha, call.address)
    await reset_password.request_reset(call.runtime, call.tx, email=data.email)
    return Accepted(Nothing())


@post("/api/v2/password_resets/complete", may=PUBLIC, queries=8, limits=(VERIFICATIONS,))
async def complete_password_reset(call: Call, data: NewPasswordData) -> None:
    """Set a new password with the token of the link, or with address and code. Every session ends."""
    await reset_password.reset_password(call.runtime, call.tx, data.proof, password=data.password)


@post("/api/v2/unlocks", may=PUBLIC, queries=6, limits=(VERIFICATIONS,))
async def unlock_account(call: Call, data: ProofData) -> None:
    """Try again at once after too many wrong tries, with the token or code of the email about it."""
    await unlock.unlock(call.runtime, call.tx, data.proof)


ROUTES = (
    sign_up_account,
    verify_account,
    resend_verification,
    request_password_reset,
    complete_password_reset,
    unlock_account,
)
