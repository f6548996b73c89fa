"""JSON routes of signing in and of re-authentication."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.i18n.devices import device_of
from phoenix.kernel.i18n.fields import Text
from phoenix.kernel.web.call import Accepted, Call, Created
from phoenix.kernel.web.endpoint import post
from phoenix.kernel.web.pages import our_cookie
from phoenix.kernel.web.rules import EVERYWHERE, PUBLIC, SIGNED_IN
from phoenix.kernel.web.session_reader import COOKIE, bearer
from phoenix.modules.accounts.actions.answer import AccountAnswer, account_answer
from phoenix.modules.accounts.actions.limits import (
    PASSKEY_OPTIONS,
    PASSKEY_SIGN_INS,
    REAUTHENTICATION_CODES,
    REAUTHENTICATION_OPTIONS,
    REAUTHENTICATIONS,
    SECOND_FACTORS,
    SIGN_IN_CODES,
    SIGN_INS,
    SIGN_INS_BY_CODE,
)
from phoenix.modules.factors.actions.answer import PasskeyData, PasskeyOptionsAnswer, options_answer
from phoenix.modules.factors.actions.passkeys import PasskeyResponse
from phoenix.modules.sessions.actions.create import Client
from phoenix.modules.sessions.actions.place import place_of
from phoenix.modules.sessions.actions.renew import renew_tokens
from phoenix.modules.sign_in.actions import email_code, passkey, reauthenticate, second_factor
from phoenix.modules.sign_in.actions.password import check_password
from phoenix.modules.sign_in.actions.request_email import Sender
from phoenix.modules.sign_in.actions.start_session import NewSession, start_session
from phoenix.modules.sign_in.api.data import EmailRequestData, Nothing, ProofData
from phoenix.modules.sign_in.pages.passkeys_here import party_here


class SignInData(Struct, forbid_unknown_fields=True):
    """`device` is what an earlier sign-in on this device answered: with it, strangers' guesses slow nobody down."""

    email: Text
    password: Text
    remember: bool = False
    device: Text = ""


class SecondFactorData(Struct, forbid_unknown_fields=True):
    """`method` is `totp` or `backup_code` with a `code`, or `passkey` with a `passkey`: see /sessions/passkey/options."""

    challenge: Text
    method: Text
    code: Text = ""
    passkey: PasskeyData | None = None
    device: Text = ""


class SignInProofData(ProofData, forbid_unknown_fields=True, kw_only=True):
    remember: bool = False
    device: Text = ""


class ReauthenticationData(Struct, forbid_unknown_fields=True):
    """`method` is `password`, `totp`, `backup_code` or `email_code`, and `code` holds what goes with it; or it is `passkey`.

    It takes as much as signing in: `totp` and `backup_code` need the `password` as well, where the account has one.
    """

    method: Text
    code: Text = ""
    password: Text = ""
    passkey: PasskeyData | None = None


class PasskeyOptionsData(Struct, forbid_unknown_fields=True):
    """`challenge` is that of a sign-in that needs a second factor; without it any passkey is accepted."""

    challenge: Text = ""


class PasskeySignInData(PasskeyData, forbid_unknown_fields=True, kw_only=True):
    remember: bool = False
    device: Text = ""


class SignInAnswer(Struct):
    access_token: str
    refresh_token: str
    expires_in: int
    session: str
    device: str
    account: AccountAnswer


class ReauthenticatedAnswer(Struct):
    """The former tokens have ended. A browser gets the new one as a cookie, and both tokens are null."""

    access_token: str | None
    refresh_token: str | None
    expires_in: int
    session: str


def client_of(call: Call, *, remember: bool, device: str) -> Client:
    """The client of an API call."""
    return Client(device_of(call.agent), place_of(call.address), device, remember, api=True)


def sign_in_answer(made: NewSession) -> Created[SignInAnswer]:
    """The response to an API client for a session that just started."""
    value = SignInAnswer(made.token, made.refresh_token, made.seconds, made.id, made.device, account_answer(made.owner))
    return Created(value, f"/api/v2/sessions/{made.id}")


@post("/api/v2/sessions", signs_in=True, may=PUBLIC, queries=11, limits=(SIGN_INS,), problems=(401, 403), costs="argon2")
async def create_session(call: Call, data: SignInData) -> Created[SignInAnswer]:
    """Sign in with address and password. Send the access token as `Authorization: Bearer`; refresh it before it expires.

    If a second factor is required, the response is 401 with the code `second_factor_required`, a `challenge` and its `methods`.
    """
    found = await check_password(call.runtime, call.tx, email=data.email, password=data.password, device=data.device)
    client = client_of(call, remember=data.remember, device=data.device)
    made = await start_session(call.runtime, call.tx, account=found.account, method="password", client=client, generation=found.generation)
    return sign_in_answer(made)


@post(
    "/api/v2/sessions/second_factor", signs_in=True, may=PUBLIC, queries=17, limits=(SECOND_FACTORS,), problems=(401, 403), costs="argon2"
)
async def answer_second_factor(call: Call, data: SecondFactorData) -> Created[SignInAnswer]:
    """Complete a sign-in with a second factor: send the challenge, and a code or passkey. A challenge works once."""
    if data.method == "passkey" and data.passkey is not None:
        response = PasskeyResponse(data.passkey.challenge, data.passkey.credential)
        owed = await passkey.answer_challenge(call.runtime, call.tx, party_here(call), data.challenge, response)
    else:
        owed = await second_factor.answer_challenge(call.runtime, call.tx, data.challenge, method=data.method, code=data.code)
    client = client_of(call, remember=owed.remember, device=owed.device or data.device)
    method = f"{owed.method}+{data.method}"
    made = await start_session(
        call.runtime, call.tx, account=owed.account, method=method, client=client, strong=True, generation=owed.generation
    )
    return sign_in_answer(made)


@post("/api/v2/sessions/email_code", signs_in=True, may=PUBLIC, queries=3, limits=(SIGN_IN_CODES,))
async def request_sign_in_code(call: Call, data: EmailRequestData) -> Accepted[Nothing]:
    """Request an email with a sign-in code. The response is always the same."""
    await call.runtime.captcha.require(data.captcha, call.address)
    await email_code.request_code(call.runtime, call.tx, email=data.email, sender=Sender(call.caller, data.device))
    return Accepted(Nothing())


@post("/api/v2/sessions/email_code/complete", signs_in=True, may=PUBLIC, queries=16, limits=(SIGN_INS_BY_CODE,), problems=(401, 403))
async def create_session_by_code(call: Call, data: SignInProofData) -> Created[SignInAnswer]:
    """Sign in with the token or code from that email. A second factor is required as after a password."""
    proof = data.proof(Sender(call.caller, data.device).names(call.runtime))
    found = await email_code.check_code(call.runtime, call.tx, proof)
    client = client_of(call, remember=data.remember, device=data.device)
    return sign_in_answer(await start_session(call.runtime, call.tx, account=found.account, method="email_code", client=client))


@post(
    "/api/v2/sessions/current/reauthenticate",
    signs_in=True,
    may=SIGNED_IN,
    before_second_factor=True,
    queries=18,
    limits=(REAUTHENTICATIONS,),
    costs="argon2",
)
async def reauthenticate_session(call: Call, data: ReauthenticationData) -> ReauthenticatedAnswer:
    """Re-authenticate: this session can make sensitive changes for 15 minutes. The session's tokens are replaced."""
    if data.method == "passkey" and data.passkey is not None:
        response = PasskeyResponse(data.passkey.challenge, data.passkey.credential)
        await passkey.reauthenticate(call.runtime, call.tx, call.actor, party_here(call), response)
    else:
        await reauthenticate.reauthenticate(call.runtime, call.tx, call.actor, method=data.method, answer=data.code, password=data.password)
    made = await renew_tokens(call.runtime, call.tx, call.actor)
    if bearer(call.request.scope["headers"]) is not None:
        return ReauthenticatedAnswer(made.token, made.refresh_token, made.seconds, call.actor.session)
    call.cookies.append(our_cookie(call.runtime, COOKIE, made.token, seconds=made.seconds if made.remembered else None))
    return ReauthenticatedAnswer(None, None, made.seconds, call.actor.session)


@post(
    "/api/v2/sessions/current/reauthenticate_code",
    signs_in=True,
    may=SIGNED_IN,
    before_second_factor=True,
    queries=2,
    limits=(REAUTHENTICATION_CODES,),
)
async def request_reauthentication_code(call: Call) -> Accepted[Nothing]:
    """Request an email with a code for re-authentication, for accounts without a password."""
    await reauthenticate.request_code(call.runtime, call.tx, call.actor)
    return Accepted(Nothing())


@post("/api/v2/sessions/passkey/options", signs_in=True, may=PUBLIC, queries=1, limits=(PASSKEY_OPTIONS,), listeners=EVERYWHERE)
async def sign_in_passkey_options(call: Call, data: PasskeyOptionsData) -> PasskeyOptionsAnswer:
    """Start a sign-in with a passkey, or use one as a second factor: returns the options for navigator.credentials.get()."""
    if data.challenge:
        return options_answer(await passkey.second_factor_options(call.runtime, call.db, party_here(call), data.challenge))
    return options_answer(passkey.sign_in_options(call.runtime, party_here(call)))


@post("/api/v2/sessions/passkey", signs_in=True, may=PUBLIC, queries=15, limits=(PASSKEY_SIGN_INS,), problems=(401, 403))
async def create_session_by_passkey(call: Call, data: PasskeySignInData) -> Created[SignInAnswer]:
    """Sign in with a passkey. It counts as two factors, so no second factor is needed."""
    response = PasskeyResponse(data.challenge, data.credential)
    account = await passkey.sign_in(call.runtime, call.tx, party_here(call), response)
    client = client_of(call, remember=data.remember, device=data.device)
    return sign_in_answer(await start_session(call.runtime, call.tx, account=account, method="passkey", client=client, strong=True))


@post(
    "/api/v2/sessions/current/reauthenticate_options",
    signs_in=True,
    may=SIGNED_IN,
    before_second_factor=True,
    queries=1,
    limits=(REAUTHENTICATION_OPTIONS,),
    listeners=EVERYWHERE,
)
async def reauthentication_options(call: Call) -> PasskeyOptionsAnswer:
    """Start re-authentication with a passkey: returns the options for navigator.credentials.get()."""
    return options_answer(await passkey.reauthentication_options(call.runtime, call.db, call.actor, party_here(call)))


ROUTES = (
    create_session,
    answer_second_factor,
    request_sign_in_code,
    create_session_by_code,
    sign_in_passkey_options,
    create_session_by_passkey,
    reauthenticate_session,
    request_reauthentication_code,
    reauthentication_options,
)
