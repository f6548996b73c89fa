"""Log in and out. A session is an opaque token; only its hash is kept."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from phoenix.kernel.addresses import parse_address
from phoenix.kernel.crypto import Keys, hash_token, new_token
from phoenix.kernel.database import Transaction
from phoenix.kernel.errors import InvalidInput
from phoenix.kernel.ids import new_id
from phoenix.kernel.limits import Limit
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.text import _
from phoenix.modules.accounts import queries
from phoenix.modules.accounts.actions.sign_up import KEEP
from phoenix.modules.accounts.errors import AddressNotProven, RefreshRefused, WrongCredentials
from phoenix.modules.accounts.events import LoggedIn, SessionEnded
from phoenix.settings import Sessions

TRIES = Limit("log_in_address", 10, 900)
# Two tabs that refresh at once get the same new tokens within this time; later the old token means theft.
REFRESH_GRACE = timedelta(seconds=60)


class NewSession(Struct, frozen=True):
    """A session that just began or was refreshed. The tokens exist nowhere else in readable form."""

    id: str
    account: str
    token: str
    refresh_token: str
    seconds: int


async def check_password(runtime: Runtime, tx: Transaction, *, email: str, password: str) -> str:
    """The account whose password this is.

    Raises WrongCredentials, in the same time whether or not the address is known, AddressNotProven to who knows the
    password of a sign-up, TooManyRequests after ten tries in fifteen minutes at one address.
    """
    try:
        address = parse_address(email)
    except InvalidInput:
        await runtime.passwords.burn()
        raise WrongCredentials(_("The address or the password is wrong.")) from None
    await runtime.limiter.require(TRIES, address.key)
    async with runtime.database.reader() as db:
        # Read on its own, so that no transaction waits while the password is hashed.
        found = await db.maybe(queries.CREDENTIALS, address.key, tx.now - KEEP)
    if found is None:
        await runtime.passwords.burn()
        raise WrongCredentials(_("The address or the password is wrong."))
    if not await runtime.passwords.verify(found.password_hash, password):
        raise WrongCredentials(_("The address or the password is wrong."))
    if found.account is None:
        raise AddressNotProven(_("Your address is not confirmed yet. Open the link in the mail, or type its code."))
    if runtime.passwords.needs_rehash(found.password_hash):
        await tx.execute(queries.SET_PASSWORD, found.account, await runtime.passwords.hash(password), tx.now)
    return found.account


async def begin_session(
    runtime: Runtime, tx: Transaction, *, account: str, method: str, device: str, place: str, remember: bool, api: bool
) -> NewSession:
    """Begin a session. For the API the token lives for minutes and comes with a refresh token."""
    limits = runtime.settings.sessions
    idle, absolute = _limits(limits, remember=remember, api=api)
    session = new_id("ses")
    if api:
        token, refresh = derived_tokens(runtime.keys, session, 0)
    else:
        token, refresh = f"pho_{new_token()}", ""
    until = tx.now + timedelta(seconds=absolute)
    access_until = min(until, tx.now + timedelta(seconds=limits.access_token)) if api else until
    await tx.execute(
        queries.INSERT_SESSION,
        session,
        account,
        hash_token(token),
        hash_token(refresh) if refresh else None,
        tx.now,
        remember,
        idle,
        tx.now + timedelta(seconds=idle),
        until,
        access_until,
        device,
        place,
    )
    tx.record(LoggedIn(subject=account, session=session, method=method))
    return NewSession(session, account, token, refresh, round((access_until - tx.now).total_seconds()))


async def refresh_session(runtime: Runtime, tx: Transaction, refresh_token: str) -> NewSession:
    """New tokens for old. Raises RefreshRefused; a token used again after its grace ends the session, as stolen."""
    presented = hash_token(refresh_token)
    found = await tx.maybe(queries.SESSION_BY_REFRESH, presented, tx.now)
    if found is None:
        raise RefreshRefused(_("This refresh token is not known, or its session has ended. Log in again."))
    access = runtime.settings.sessions.access_token
    if not found.current:
        if tx.now - found.refreshed_at > REFRESH_GRACE:
            await tx.maybe(queries.END_SESSION, found.id, found.account, tx.now, "refresh_reused")
            tx.record(SessionEnded(subject=found.account, session=found.id, reason="refresh_reused"))
            tx.touch(f"account:{found.account}")
            raise RefreshRefused(_("This refresh token was used before. The session was ended, in case it was stolen. Log in again."))
        token, refresh = derived_tokens(runtime.keys, found.id, found.count)
        return NewSession(found.id, found.account, token, refresh, access)
    token, refresh = derived_tokens(runtime.keys, found.id, found.count + 1)
    idle_until = tx.now + timedelta(seconds=found.idle_seconds)
    access_until = min(found.until, tx.now + timedelta(seconds=access))
    await tx.execute(queries.ROTATE, found.id, hash_token(token), hash_token(refresh), tx.now, idle_until, access_until)
    tx.touch(f"account:{found.account}")
    return NewSession(found.id, found.account, token, refresh, round((access_until - tx.now).total_seconds()))


def derived_tokens(keys: Keys, session: str, count: int) -> tuple[str, str]:
    """Access and refresh token number `count` of a session: worked out again for a second tab, stored only as hashes."""
    return tuple(f"pho_{kind}_{keys.mac(f'{kind} token', session, str(count)).hex()}" for kind in ("access", "refresh"))  # type: ignore[return-value]


def _limits(limits: Sessions, *, remember: bool, api: bool) -> tuple[int, int]:
    if remember or api:
        return limits.remember_idle, limits.remember_absolute
    return limits.idle, limits.absolute
