"""Let somebody in: the one place that decides what being logged in takes, whichever way they proved who they are."""

from __future__ import annotations

import json
from datetime import timedelta

from msgspec import Struct

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token, new_token
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions.guard import spend_token
from phoenix.modules.accounts.actions.tokens import access_token, refresh_token
from phoenix.modules.accounts.errors import AccountLocked, SecondFactorRequired, WrongProof
from phoenix.modules.accounts.events import LoggedIn, NewDeviceSeen
from phoenix.modules.accounts.queries import protection
from phoenix.settings import SessionSettings

CHALLENGE_PURPOSE = "second factor"
CHALLENGE_LIVES = timedelta(minutes=10)


class Arrival(Struct, frozen=True):
    """From where somebody comes, and what they want.

    `device` is the token this device was given before, or "". `agent` and `place` are for the list of sessions.
    """

    agent: str
    place: str
    device: str = ""
    remember: bool = False
    api: bool = False


class Tokens(Struct, frozen=True):
    """By what a session that just began, or was refreshed, is known. They exist nowhere else in readable form."""

    id: str
    account: str
    token: str
    refresh_token: str
    seconds: int


class NewSession(Tokens, frozen=True):
    """A session that just began: by what its device is known from now on, and whose it is."""

    device: str
    owner: queries.Account


class Challenge(Struct, frozen=True):
    """Somebody showed the first factor and owes the second."""

    account: str
    method: str
    remember: bool
    device: str
    """Of a device the account knows, its token; else "": guesses from there are counted apart."""


async def enter(runtime: Runtime, tx: Transaction, *, account: str, method: str, arrival: Arrival, strong: bool = False) -> NewSession:
    """Begin a session for who has proven to be the account's owner by `method`. `strong` is two factors, or one that is both.

    Raises AccountLocked, and SecondFactorRequired with a challenge where the account has a second factor and this was one.
    """
    found = await tx.one(protection.ENTRANCE, account, hash_token(arrival.device))
    if found.locked or found.kind != "person":
        raise AccountLocked(_("This account is locked. Write to those who run this Phoenix."))
    if not strong and (found.totp or found.passkeys):
        methods = [*(["totp", "backup_code"] if found.totp else []), *(["passkey"] if found.passkeys else [])]
        challenge = new_challenge(runtime, Challenge(account, method, arrival.remember, arrival.device if found.knows_device else ""))
        raise SecondFactorRequired(_("One step more: show your second factor."), challenge=challenge, methods=methods)
    device = arrival.device if found.knows_device else new_token()
    made = await begin_session(runtime, tx, account=account, method=method, arrival=arrival, device=device)
    if not found.knows_device and found.knows_any_device:
        tx.record(NewDeviceSeen(subject=account, session=made.id))
        await enqueue(tx, "accounts.send_new_device", {"account": account, "session": made.id})
    return NewSession(made.id, account, made.token, made.refresh_token, made.seconds, device, found.owner)


async def begin_session(runtime: Runtime, tx: Transaction, *, account: str, method: str, arrival: Arrival, device: str = "") -> Tokens:
    """Write the session down, and the `device` it begins on. For the API its access token is a JWT of minutes, with a refresh token beside it."""
    idle, absolute = _limits(runtime.settings.sessions, remember=arrival.remember, api=arrival.api)
    session, until = new_id("ses"), tx.now + timedelta(seconds=absolute)
    token = f"pho_{new_token()}"
    refresh = refresh_token(runtime.keys, session, 0) if arrival.api else ""
    await tx.execute(
        queries.INSERT_SESSION,
        session,
        account,
        hash_token(token),
        hash_token(refresh) if refresh else None,
        tx.now,
        arrival.remember,
        idle,
        tx.now + timedelta(seconds=idle),
        until,
        until,
        arrival.agent,
        arrival.place,
        method,
        tx.now,
        None,
        None,
        False,
        hash_token(device) if device else None,
    )
    tx.record(LoggedIn(subject=account, session=session, method=method))
    if arrival.api:
        token, seconds = await access_token(runtime, tx, account=account, session=session, until=until, renewal=0)
        return Tokens(session, account, token, refresh, seconds)
    return Tokens(session, account, token, "", absolute)


def new_challenge(runtime: Runtime, challenge: Challenge) -> str:
    """A signed note of the first factor, good for ten minutes."""
    payload = json.dumps([challenge.account, challenge.method, challenge.remember, challenge.device, new_token(8)])
    return runtime.keys.sign(CHALLENGE_PURPOSE, payload, expires=runtime.clock.now() + CHALLENGE_LIVES)


def read_challenge(runtime: Runtime, token: str) -> Challenge:
    """What a challenge says. Raises WrongProof where it is forged or too old."""
    payload = runtime.keys.verify(CHALLENGE_PURPOSE, token, now=runtime.clock.now())
    if payload is None:
        raise WrongProof(_("This took too long. Sign in again from the start."))
    account, method, remember, device, _nonce = json.loads(payload)
    return Challenge(account, method, remember, device)


async def spend_challenge(tx: Transaction, token: str) -> None:
    """Use a challenge up. Raises WrongProof where it was: of two at once exactly one gets in."""
    if not await spend_token(tx, token, round(CHALLENGE_LIVES.total_seconds())):
        raise WrongProof(_("This was used already. Sign in again from the start."))


def _limits(limits: SessionSettings, *, remember: bool, api: bool) -> tuple[int, int]:
    if remember or api:
        return limits.remember_idle, limits.remember_absolute
    return limits.idle, limits.absolute
