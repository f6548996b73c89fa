"""JSON routes of logging in and of sessions."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.web.call import Accepted, Call, Created
from phoenix.kernel.web.endpoint import delete, get, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.kernel.web.pages import our_cookie
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN
from phoenix.kernel.web.session_reader import COOKIE, bearer
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions import confirm, email_code, log_in, prove_passkey, refresh, second_factor, sessions
from phoenix.modules.accounts.actions.enter import Arrival, NewSession, enter
from phoenix.modules.accounts.actions.passkeys import GivenPasskey
from phoenix.modules.accounts.actions.prove import Given
from phoenix.modules.accounts.actions.relying_party import RelyingParty, require_party
from phoenix.modules.accounts.api.data import (
    LOG_INS,
    PROOFS,
    REFRESHES,
    RESETS,
    AccountAnswer,
    MailWishData,
    Nothing,
    PasskeyData,
    ProofData,
    Text,
    account_answer,
)
from phoenix.modules.accounts.place import device_of, place_of


class LogInData(Struct, forbid_unknown_fields=True):
    """`device` is what an earlier log-in on this device answered: who sends it is not slowed down by strangers' guesses."""

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


class LogInProofData(ProofData, forbid_unknown_fields=True, kw_only=True):
    remember: bool = False
    device: Text = ""


class ConfirmationData(Struct, forbid_unknown_fields=True):
    """`method` is `password`, `totp`, `backup_code` or `email_code`, and `code` holds what goes with it; or it is `passkey`.

    It takes as much as logging in: beside `totp` and `backup_code` goes the `password`, where the account has one.
    """

    method: Text
    code: Text = ""
    password: Text = ""
    passkey: PasskeyData | None = None


class RefreshData(Struct, forbid_unknown_fields=True):
    refresh_token: Text


class SessionAnswer(Struct):
    id: str
    created_at: Instant
    seen_at: Instant
    expires_at: Instant
    remembered: bool
    device: str
    place: str
    method: str
    current: bool


class SessionList(Struct):
    items: list[SessionAnswer]
    next_cursor: str | None = None


class LogInAnswer(Struct):
    access_token: str
    refresh_token: str
    expires_in: int
    session: str
    device: str
    account: AccountAnswer


class ConfirmedAnswer(Struct):
    """The tokens of before have ended. To a browser the new one comes as a cookie, and both tokens are null."""

    access_token: str | None
    refresh_token: str | None
    expires_in: int
    session: str


class TokenAnswer(Struct):
    access_token: str
    refresh_token: str
    expires_in: int
    session: str


def arrival(call: Call, *, remember: bool, device: str) -> Arrival:
    """From where an API client comes."""
    return Arrival(device_of(call.agent), place_of(call.address), device, remember, api=True)


def party_here(call: Call) -> RelyingParty:
    """For whom passkeys are at the address that was called."""
    return require_party(call.runtime.settings, call.request.headers.get("host", ""))


def log_in_answer(made: NewSession) -> Created[LogInAnswer]:
    """A session that began, as it is told to an API client."""
    value = LogInAnswer(made.token, made.refresh_token, made.seconds, made.id, made.device, account_answer(made.owner))
    return Created(value, f"/api/v2/sessions/{made.id}")


@post("/api/v2/sessions", may=PUBLIC, queries=10, limits=(LOG_INS,), problems=(401, 403))
async def begin_session(call: Call, data: LogInData) -> Created[LogInAnswer]:
    """Log in with address and password. Send the access token as `Authorization: Bearer`; refresh it before it ends.

    Where a second factor is due the answer is 401 with the code `second_factor_required`, a `challenge` and its `methods`.
    """
    account = await log_in.check_password(call.runtime, call.tx, email=data.email, password=data.password, device=data.device)
    comes = arrival(call, remember=data.remember, device=data.device)
    return log_in_answer(await enter(call.runtime, call.tx, account=account, method="password", arrival=comes))


@post("/api/v2/sessions/second_factor", may=PUBLIC, queries=16, limits=(LOG_INS,), problems=(401, 403))
async def answer_second_factor(call: Call, data: SecondFactorData) -> Created[LogInAnswer]:
    """The second step of a log-in: the challenge of the first, and a code or passkey. A challenge works once."""
    if data.method == "passkey" and data.passkey is not None:
        given = GivenPasskey(data.passkey.challenge, data.passkey.credential)
        owed = await prove_passkey.answer_challenge(call.runtime, call.tx, party_here(call), data.challenge, given)
    else:
        owed = await second_factor.answer_challenge(call.runtime, call.tx, data.challenge, method=data.method, code=data.code)
    comes = arrival(call, remember=owed.remember, device=owed.device or data.device)
    method = f"{owed.method}+{data.method}"
    return log_in_answer(await enter(call.runtime, call.tx, account=owed.account, method=method, arrival=comes, strong=True))


@post("/api/v2/sessions/email_code", may=PUBLIC, queries=3, limits=(RESETS,))
async def ask_for_log_in_code(call: Call, data: MailWishData) -> Accepted[Nothing]:
    """Ask for a mail with a code to log in. The answer is always the same."""
    await call.runtime.captcha.require(data.captcha, call.address)
    await email_code.ask_for_code(call.runtime, call.tx, email=data.email)
    return Accepted(Nothing())


@post("/api/v2/sessions/email_code/complete", may=PUBLIC, queries=14, limits=(PROOFS,), problems=(401, 403))
async def begin_session_by_code(call: Call, data: LogInProofData) -> Created[LogInAnswer]:
    """Log in with the token or code of that mail. A second factor is asked for as after a password."""
    account = await email_code.check_code(call.runtime, call.tx, Given(data.token, data.email, data.code))
    comes = arrival(call, remember=data.remember, device=data.device)
    return log_in_answer(await enter(call.runtime, call.tx, account=account, method="email_code", arrival=comes))


@post("/api/v2/sessions/current/confirm", may=SIGNED_IN, before_second_factor=True, queries=17, limits=(PROOFS,))
async def confirm_session(call: Call, data: ConfirmationData) -> ConfirmedAnswer:
    """Show that it is still you: sensitive acts are open to this session for a quarter of an hour. Its tokens are new then."""
    if data.method == "passkey" and data.passkey is not None:
        given = GivenPasskey(data.passkey.challenge, data.passkey.credential)
        await prove_passkey.confirm(call.runtime, call.tx, call.actor, party_here(call), given)
    else:
        await confirm.confirm(call.runtime, call.tx, call.actor, method=data.method, given=data.code, password=data.password)
    made = await confirm.renew_tokens(call.runtime, call.tx, call.actor)
    if bearer(call.request.scope["headers"]) is not None:
        return ConfirmedAnswer(made.token, made.refresh_token, made.seconds, call.actor.session)
    call.cookies.append(our_cookie(call.runtime, COOKIE, made.token, seconds=made.seconds if made.remembered else None))
    return ConfirmedAnswer(None, None, made.seconds, call.actor.session)


@post("/api/v2/sessions/current/confirmation_code", may=SIGNED_IN, before_second_factor=True, queries=2, limits=(RESETS,))
async def ask_for_confirmation_code(call: Call) -> Accepted[Nothing]:
    """Ask for a mail with a code for `confirm`, where the account has no password."""
    await confirm.ask_for_code(call.tx, call.actor)
    return Accepted(Nothing())


@post("/api/v2/sessions/refresh", may=PUBLIC, queries=6, limits=(REFRESHES,), problems=(401,))
async def refresh_session(call: Call, data: RefreshData) -> TokenAnswer:
    """New tokens for a refresh token. Two refreshes at once get the same tokens; a later reuse ends the session."""
    made = await refresh.refresh_session(call.runtime, call.tx, data.refresh_token)
    return TokenAnswer(made.token, made.refresh_token, made.seconds, made.id)


@get("/api/v2/sessions", may=SIGNED_IN, queries=1)
async def list_sessions(call: Call) -> SessionList:
    """The sessions that are open, the one used last first."""
    found = await call.db.all(queries.SESSIONS, call.actor.account, call.db.now)
    return SessionList(
        [
            SessionAnswer(
                s.id,
                instant(s.created_at),
                instant(s.seen_at),
                instant(s.until),
                s.remembered,
                s.device,
                s.place,
                s.method,
                s.id == call.actor.session,
            )
            for s in found
        ]
    )


@delete("/api/v2/sessions/current", may=SIGNED_IN, before_second_factor=True, queries=2)
async def end_current_session(call: Call) -> None:
    """Log out."""
    await sessions.end_session(call.tx, call.actor, call.actor.session, reason="logged_out")


@delete("/api/v2/sessions/{session_id:str}", may=SIGNED_IN, queries=2, sensitive=True)
async def end_session(call: Call, session_id: str) -> None:
    """End one of your sessions."""
    await sessions.end_session(call.tx, call.actor, session_id)


@delete("/api/v2/sessions", may=SIGNED_IN, queries=2, sensitive=True)
async def end_other_sessions(call: Call) -> None:
    """End all your sessions but this one."""
    await sessions.end_other_sessions(call.tx, call.actor.account, keep=call.actor.session)


ROUTES = (
    begin_session,
    answer_second_factor,
    ask_for_log_in_code,
    begin_session_by_code,
    confirm_session,
    ask_for_confirmation_code,
    refresh_session,
    list_sessions,
    end_current_session,
    end_session,
    end_other_sessions,
)
