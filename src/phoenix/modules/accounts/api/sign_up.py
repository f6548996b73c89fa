"""JSON routes of signing up, proving an address and setting a new password."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.web.call import Accepted, Call
from phoenix.kernel.web.endpoint import post
from phoenix.kernel.web.rules import PUBLIC
from phoenix.modules.accounts.actions import reset_password, sign_up, unlock, verify
from phoenix.modules.accounts.actions.prove import Given
from phoenix.modules.accounts.api.data import PROOFS, RESETS, SIGN_UPS, EmailData, MailWishData, Nothing, ProofData, Text


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
    """Sign up. The answer is the same whether or not the address is known; the rest happens by mail."""
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


@post("/api/v2/accounts/verify", may=PUBLIC, queries=8, limits=(PROOFS,))
async def verify_account(call: Call, data: ProofData) -> None:
    """Prove the address of a sign-up, by the token of the link or by address and code. The account begins here."""
    await verify.verify(call.runtime, call.tx, Given(data.token, data.email, data.code))


@post("/api/v2/accounts/verify/resend", may=PUBLIC, queries=2, limits=(PROOFS,), tag="accounts")
async def resend_verification(call: Call, data: EmailData) -> Accepted[Nothing]:
    """Send the proof again, at most five times an hour. The answer is always the same."""
    await sign_up.resend_verification(call.runtime, call.tx, email=data.email)
    return Accepted(Nothing())


@post("/api/v2/password_resets", may=PUBLIC, queries=2, limits=(RESETS,))
async def ask_for_password_reset(call: Call, data: MailWishData) -> Accepted[Nothing]:
    """Ask for a mail to set a new password. The answer is always the same. Ten an hour per address of the caller."""
    await call.runtime.captcha.require(data.captcha, call.address)
    await reset_password.ask_for_reset(call.runtime, call.tx, email=data.email)
    return Accepted(Nothing())


@post("/api/v2/password_resets/complete", may=PUBLIC, queries=8, limits=(PROOFS,))
async def complete_password_reset(call: Call, data: NewPasswordData) -> None:
    """Set a new password with the token of the link, or with address and code. Every session ends."""
    await reset_password.reset_password(call.runtime, call.tx, Given(data.token, data.email, data.code), password=data.password)


@post("/api/v2/unlocks", may=PUBLIC, queries=6, limits=(PROOFS,))
async def unlock_account(call: Call, data: ProofData) -> None:
    """Try again at once after too many wrong tries, with the token or code of the mail about it."""
    await unlock.unlock_by_mail(call.runtime, call.tx, Given(data.token, data.email, data.code))


ROUTES = (
    sign_up_account,
    verify_account,
    resend_verification,
    ask_for_password_reset,
    complete_password_reset,
    unlock_account,
)
