"""Start a session: the only place that decides what signing in requires, for every sign-in method."""

from __future__ import annotations

import json
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import astuple

from phoenix.kernel.data.database import Transaction
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token, new_token
from phoenix.modules.accounts.actions.accounts import Account, hold
from phoenix.modules.accounts.actions.email_verification import use_once
from phoenix.modules.accounts.errors import WrongCode
from phoenix.modules.sessions.actions.create import Client, create_session
from phoenix.modules.sessions.actions.known_devices import notify_of_new_device
from phoenix.modules.sessions.actions.tokens import SessionTokens
from phoenix.modules.sign_in import queries
from phoenix.modules.sign_in.errors import AccountLocked, SecondFactorRequired, WrongCredentials

CHALLENGE_PURPOSE = "second factor of a generation"
CHALLENGE_LIVES = timedelta(minutes=10)


class NewSession(SessionTokens, frozen=True):
    """A session that just started, with its account and the token by which its device will be known."""

    device: str
    owner: Account


class Challenge(Struct, frozen=True):
    """Someone has completed the first factor, and the second is still required."""

    account: str
    generation: int
    """Of the account's credentials when the first factor was completed."""
    method: str
    remember: bool
    device: str
    """The token of a device that the account knows, else "": attempts from it are counted separately."""


async def start_session(
    runtime: Runtime, tx: Transaction, *, account: str, method: str, client: Client, strong: bool = False, generation: int | None = None
) -> NewSession:
    """Start a session for someone who authenticated by `method`. `strong` means two factors, or one that counts as both.

    `generation` is that of the account's credentials when they were checked, or None for a proof that was used up in this
    transaction. Raises WrongCredentials if they have changed since, AccountLocked, or SecondFactorRequired with a challenge if the account has a second factor and this was only one.
    """
    # A password that changes at the same time ends every session: either it waits and ends this one too, or it is seen here.
    await hold(tx, account)
    found = await tx.one(queries.PROTECTED, account, hash_token(client.device))
    if found.locked or found.kind != "person":
        raise AccountLocked(_("This account is locked. Contact support."))
    if generation not in (None, found.generation):
        raise WrongCredentials(_("The password or address of this account was just changed. Sign in again."))
    if not strong and (found.totp or found.passkeys):
        methods = [*(["totp", "backup_code"] if found.totp else []), *(["passkey"] if found.passkeys else [])]
        device = client.device if found.knows_device else ""
        challenge = new_challenge(runtime, Challenge(account, found.generation, method, client.remember, device))
        raise SecondFactorRequired(_("Complete two-step verification to sign in."), challenge=challenge, methods=methods)
    device = client.device if found.knows_device else new_token()
    made = await create_session(runtime, tx, account=account, method=method, client=client, device=device, strong=strong)
    if not found.knows_device and found.knows_any_device:
        await notify_of_new_device(tx, account, made.id)
    return NewSession(made.id, account, made.token, made.refresh_token, made.seconds, device, found.owner)


def new_challenge(runtime: Runtime, challenge: Challenge) -> str:
    """A signed record of the first factor, valid for ten minutes."""
    payload = json.dumps([*astuple(challenge), new_token(8)])
    return runtime.keys.sign(CHALLENGE_PURPOSE, payload, expires=runtime.clock.now() + CHALLENGE_LIVES)


def read_challenge(runtime: Runtime, token: str) -> Challenge:
    """The content of a challenge. Raises WrongCode if it is forged or expired."""
    payload = runtime.keys.verify(CHALLENGE_PURPOSE, token, now=runtime.clock.now())
    if payload is None:
        raise WrongCode(_("This sign-in has expired. Sign in again."))
    return Challenge(*json.loads(payload)[:-1])


async def use_challenge(tx: Transaction, token: str) -> None:
    """Use a challenge up. Raises WrongCode if it was used before: of two simultaneous uses exactly one succeeds."""
    if not await use_once(tx, token, CHALLENGE_LIVES):
        raise WrongCode(_("This sign-in has already been completed. Sign in again."))
