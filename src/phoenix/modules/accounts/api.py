"""JSON routes of accounts and sessions."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache import Watch
from phoenix.kernel.errors import NotLoggedIn
from phoenix.kernel.limits import Limit
from phoenix.kernel.web.answer import ANSWER, Answer, answer
from phoenix.kernel.web.call import Accepted, Call, Created
from phoenix.kernel.web.endpoint import LOGGED_IN, PUBLIC, delete, get, patch, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions import log_in, profile, reset_password, sessions, sign_up, verify
from phoenix.modules.accounts.actions.prove import Given
from phoenix.modules.accounts.place import device_of, place_of

Text = Annotated[str, Meta(max_length=2000)]

SIGN_UPS = Limit("sign_up", 30, 3600)
LOG_INS = Limit("log_in", 60, 900)
PROOFS = Limit("proof", 60, 900)
RESETS = Limit("password_reset", 10, 3600)
REFRESHES = Limit("refresh", 600, 900)


class SignUpData(Struct, forbid_unknown_fields=True):
    email: Text
    password: Text
    name: Text
    accept_terms: bool
    time_zone: Text = "UTC"
    locale: Text = "en"


class EmailData(Struct, forbid_unknown_fields=True):
    email: Text


class ProofData(Struct, forbid_unknown_fields=True):
    """Either `token`, from the link, or `email` and `code`."""

    token: Text = ""
    email: Text = ""
    code: Text = ""


class NewPasswordData(ProofData, forbid_unknown_fields=True, kw_only=True):
    password: Text


class LogInData(Struct, forbid_unknown_fields=True):
    email: Text
    password: Text
    remember: bool = False


class RefreshData(Struct, forbid_unknown_fields=True):
    refresh_token: Text


class ProfileData(Struct, forbid_unknown_fields=True):
    """Only what is given is changed."""

    name: Text | None = None
    time_zone: Text | None = None
    locale: Text | None = None


class Nothing(Struct):
    """An answer that is always the same."""


class AccountAnswer(Struct):
    id: str
    email: str
    name: str
    time_zone: str
    locale: str
    picture: str | None
    email_verified: bool
    created_at: Instant
    version: int


class SessionAnswer(Struct):
    id: str
    created_at: Instant
    seen_at: Instant
    expires_at: Instant
    remembered: bool
    device: str
    place: str
    current: bool


class SessionList(Struct):
    items: list[SessionAnswer]
    next_cursor: str | None = None


class LogInAnswer(Struct):
    access_token: str
    refresh_token: str
    expires_in: int
    session: str
    account: AccountAnswer


class TokenAnswer(Struct):
    access_token: str
    refresh_token: str
    expires_in: int
    session: str


def account_answer(account: queries.Account) -> AccountAnswer:
    return AccountAnswer(
        account.id,
        account.email,
        account.name,
        account.time_zone,
        account.locale,
        None,
        email_verified=True,
        created_at=instant(account.created_at),
        version=account.version,
    )


def me_key(actor: Actor, query_string: bytes) -> str | None:
    """The cache key of one's own profile."""
    return None if query_string else f"me:{actor.account}"


@post("/api/v2/accounts", permission=PUBLIC, queries=4, limits=(SIGN_UPS,))
async def sign_up_account(call: Call, data: SignUpData) -> Accepted[Nothing]:
    """Sign up. The answer is the same whether or not the address is known; the rest happens by mail."""
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


@post("/api/v2/accounts/verify", permission=PUBLIC, queries=8, limits=(PROOFS,))
async def verify_account(call: Call, data: ProofData) -> None:
    """Prove the address of a sign-up, by the token of the link or by address and code. The account begins here."""
    await verify.verify(call.runtime, call.tx, Given(data.token, data.email, data.code))


@post("/api/v2/accounts/verify/resend", permission=PUBLIC, queries=2, limits=(PROOFS,), tag="accounts")
async def resend_verification(call: Call, data: EmailData) -> Accepted[Nothing]:
    """Send the proof again, at most five times an hour. The answer is always the same."""
    await sign_up.resend_verification(call.runtime, call.tx, email=data.email)
    return Accepted(Nothing())


@post("/api/v2/password_resets", permission=PUBLIC, queries=2, limits=(RESETS,))
async def ask_for_password_reset(call: Call, data: EmailData) -> Accepted[Nothing]:
    """Ask for a mail to set a new password. The answer is always the same. Ten an hour per address of the caller."""
    await reset_password.ask_for_reset(call.runtime, call.tx, email=data.email)
    return Accepted(Nothing())


@post("/api/v2/password_resets/complete", permission=PUBLIC, queries=8, limits=(PROOFS,))
async def complete_password_reset(call: Call, data: NewPasswordData) -> None:
    """Set a new password with the token of the link, or with address and code. Every session ends."""
    await reset_password.reset_password(call.runtime, call.tx, Given(data.token, data.email, data.code), password=data.password)


@post("/api/v2/sessions", permission=PUBLIC, queries=5, limits=(LOG_INS,))
async def begin_session(call: Call, data: LogInData) -> Created[LogInAnswer]:
    """Log in with address and password. Send the access token as `Authorization: Bearer`; refresh it before it ends."""
    account = await log_in.check_password(call.runtime, call.tx, email=data.email, password=data.password)
    made = await log_in.begin_session(
        call.runtime,
        call.tx,
        account=account,
        method="password",
        device=device_of(call.agent),
        place=place_of(call.address),
        remember=data.remember,
        api=True,
    )
    found = await call.tx.one(queries.ACCOUNT, account)
    value = LogInAnswer(made.token, made.refresh_token, made.seconds, made.id, account_answer(found))
    return Created(value, f"/api/v2/sessions/{made.id}")


@post("/api/v2/sessions/refresh", permission=PUBLIC, queries=4, limits=(REFRESHES,), refusals=(401,))
async def refresh_session(call: Call, data: RefreshData) -> TokenAnswer:
    """New tokens for a refresh token. Two refreshes at once get the same tokens; a later reuse ends the session."""
    made = await log_in.refresh_session(call.runtime, call.tx, data.refresh_token)
    return TokenAnswer(made.token, made.refresh_token, made.seconds, made.id)


@get("/api/v2/sessions", permission=LOGGED_IN, queries=1)
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
                s.id == call.actor.session,
            )
            for s in found
        ]
    )


@delete("/api/v2/sessions/current", permission=LOGGED_IN, queries=2)
async def end_current_session(call: Call) -> None:
    """Log out."""
    await sessions.end_session(call.tx, call.actor, call.actor.session, reason="logged_out")


@delete("/api/v2/sessions/{session_id:str}", permission=LOGGED_IN, queries=2)
async def end_session(call: Call, session_id: str) -> None:
    """End one of your sessions."""
    await sessions.end_session(call.tx, call.actor, session_id)


@delete("/api/v2/sessions", permission=LOGGED_IN, queries=2)
async def end_other_sessions(call: Call) -> None:
    """End all your sessions but this one."""
    await sessions.end_other_sessions(call.tx, call.actor.account, keep=call.actor.session)


@get("/api/v2/me", permission=LOGGED_IN, queries=1)
async def read_me(call: Call) -> AccountAnswer | Answer:
    """Your profile."""
    actor, runtime = call.actor, call.runtime

    async def refill(watch: Watch) -> Answer:
        await watch.on(f"account:{actor.account}")
        found = await call.db.maybe(queries.ACCOUNT, actor.account)
        if found is None:
            raise NotLoggedIn
        return answer(account_answer(found), version=found.version)

    return await runtime.cache.read(f"me:{actor.account}", refill, codec=ANSWER)


@patch("/api/v2/me", permission=LOGGED_IN, queries=2, refusals=(412, 428))
async def change_me(call: Call, data: ProfileData) -> AccountAnswer:
    """Change your profile. Needs If-Match with the ETag you read."""
    version = call.expected_version()
    changed = await profile.change_profile(
        call.tx, call.actor, name=data.name, time_zone=data.time_zone, locale=data.locale, version=version
    )
    return account_answer(changed)


ROUTES = (
    sign_up_account,
    verify_account,
    resend_verification,
    ask_for_password_reset,
    complete_password_reset,
    begin_session,
    refresh_session,
    list_sessions,
    end_current_session,
    end_session,
    end_other_sessions,
    read_me,
    change_me,
)
