"""Show again that it is you, before an act that matters for the safety of the account (ASVS 5.0, 7.5)."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.errors import FieldError, InvalidInput
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token, new_token
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions.guard import forgive, take_try, tell_of_lock
from phoenix.modules.accounts.actions.prove import Given, spend_proof
from phoenix.modules.accounts.actions.second_factor import check_factor
from phoenix.modules.accounts.actions.tokens import access_token, refresh_token
from phoenix.modules.accounts.errors import WrongProof
from phoenix.modules.accounts.events import IdentityProven
from phoenix.modules.accounts.queries import protection

PURPOSE = "confirm"
# What stands in place of a hash where an account has no password.
NOBODYS = "!"


class NewTokens(Struct, frozen=True):
    """What a session is known by from now on. `seconds` is how long the access token lives, or the cookie of a browser that stays signed in."""

    token: str
    refresh_token: str | None
    seconds: int
    remembered: bool


def methods_of(found: protection.Protection) -> list[str]:
    """How this person can show it, the best first: as much as logging in takes. A mail is enough only where nothing else is there."""
    methods = []
    if found.passkeys:
        methods.append("passkey")
    if found.totp_since:
        methods += ["totp", "backup_code"]
    if found.has_password and not methods:
        methods.append("password")
    return methods or ["email_code"]


async def confirm(runtime: Runtime, tx: Transaction, actor: Actor, *, method: str, given: str, password: str = "") -> None:
    """A second factor counts beside the `password` alone, where the account has one.

    Raises WrongProof, or InvalidInput where this account has no such method.
    """
    found = await tx.one(protection.PROTECTION, actor.account, tx.now)
    if method not in methods_of(found) or method == "passkey":
        raise InvalidInput(errors=(FieldError("method", "unknown", _("Your account has no such way to show who you are.")),))
    if method == "password":
        await check_own_password(runtime, tx, actor, given)
    elif method == "email_code":
        proof = await spend_proof(runtime, tx, PURPOSE, Given(email=actor.record.email, code=given))
        if proof.account != actor.account:
            raise WrongProof(_("This code belongs to another account."))
    else:
        await check_own_password(runtime, tx, actor, password)
        # Counted for this session alone, so that no stranger can use it up.
        await check_factor(runtime, tx, actor.account, method=method, code=given, device=actor.session)
    await prove_session(tx, actor, method=method)


async def ask_for_code(tx: Transaction, actor: Actor) -> None:
    """Send a code to the account's own address."""
    await enqueue(tx, "accounts.send_confirmation_code", {"account": actor.account})


async def renew_tokens(runtime: Runtime, tx: Transaction, actor: Actor) -> NewTokens:
    """New tokens for the session; its access tokens of before end at once (ASVS 5.0, 7.2.4).

    The refresh token rotates as it always does, so that another tab of the client is not taken for a thief.
    """
    token = f"pho_{new_token()}"
    renewed = await tx.one(protection.RENEW_TOKEN, actor.session, hash_token(token))
    tx.invalidate(ACCOUNT(actor.account))
    if not renewed.refreshes:
        return NewTokens(token, None, round((renewed.until - tx.now).total_seconds()), renewed.remembered)
    refresh = refresh_token(runtime.keys, actor.session, renewed.count + 1)
    idle_until = tx.now + timedelta(seconds=renewed.idle_seconds)
    await tx.execute(queries.ROTATE, actor.session, hash_token(refresh), tx.now, idle_until)
    access, seconds = await access_token(
        runtime, tx, account=actor.account, session=actor.session, until=renewed.until, renewal=renewed.renewals
    )
    return NewTokens(access, refresh, seconds, renewed.remembered)


async def prove_session(tx: Transaction, actor: Actor, *, method: str) -> None:
    """From now on sensitive acts are open to this session, for a while."""
    await tx.execute(protection.PROVE_SESSION, actor.session, tx.now)
    tx.invalidate(ACCOUNT(actor.account))
    tx.record(IdentityProven(subject=actor.account, session=actor.session, method=method))


async def check_own_password(runtime: Runtime, tx: Transaction, actor: Actor, password: str, *, field: str = "password") -> None:
    """Raises WrongProof on `field` unless it is the account's password, or the account has none. Wrong ones are counted."""
    async with runtime.database.reader() as db:
        stored = await db.one(protection.PASSWORD_HASH, actor.account)
    if stored == NOBODYS:
        return
    guard = await take_try(runtime, "confirm", actor.session, account=actor.account)
    if not await runtime.passwords.verify(stored, password):
        await tell_of_lock(tx, guard)
        raise WrongProof(errors=(FieldError(field, "wrong_password", _("This is not your password.")),))
    await forgive(tx, guard)
