"""Slow down guessing: counters that are taken before a guess is looked at, so that parallel guesses count one by one.

Five tries are free; then the wait doubles from 30 seconds to an hour. A device the account knows has a counter of its own,
so that a stranger's guesses never keep its owner out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct

from phoenix.kernel.cache.limits import wait_in_words
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.jobs import enqueue
from phoenix.kernel.errors import TooManyRequests
from phoenix.kernel.i18n.text import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token
from phoenix.modules.accounts.events import AccountSlowedDown, AccountUnlocked
from phoenix.modules.accounts.queries import guards

FREE_TRIES = 5
SECOND_FACTOR = "second factor"


class Guard(Struct, frozen=True):
    """A try that was taken: which counter it was, and how many have failed there if this one does."""

    key: bytes
    account: str | None
    failures: int


async def take_try(runtime: Runtime, kind: str, subject: str, *, account: str | None = None, device: str = "") -> Guard:
    """Count a try before it is looked at. Raises TooManyRequests while the counter makes wait.

    `device` is the token of a device that the account knows. The statement stands by itself and is committed at once: a
    refusal later on does not take it back.
    """
    key = key_of(runtime, kind, subject, device=device)
    async with runtime.database.reader() as db:
        failures = await db.maybe(guards.TAKE_TRY, key, account, db.now, FREE_TRIES)
        if failures is not None:
            return Guard(key, account, failures)
        until = await db.maybe(guards.LOCKED_UNTIL, key)
    seconds = 1 if until is None else max(1, round((until - runtime.clock.now()).total_seconds()))
    sentence = _("Too many wrong tries. Wait {wait}, or open the link in the mail we sent to the owner of the account.")
    if kind == SECOND_FACTOR:
        sentence = _("Too many wrong tries. Wait {wait}.")
    raise TooManyRequests(sentence.format(wait=wait_in_words(seconds)), retry_after=seconds)


def key_of(runtime: Runtime, kind: str, subject: str, *, device: str = "") -> bytes:
    """By what a counter is known: nobody without the master secret can tell whose it is."""
    return runtime.keys.mac("guard", kind, subject, hash_token(device) if device else b"")


async def forgive(tx: Transaction, guard: Guard) -> None:
    """The try was right: the counter starts again."""
    await tx.execute(guards.CLEAR_GUARD, guard.key)


async def tell_of_lock(tx: Transaction, guard: Guard) -> None:
    """The try was wrong. When waiting begins, the owner gets a mail with a way out; an address nobody has costs the same."""
    if guard.failures != FREE_TRIES:
        return
    await enqueue(tx, "accounts.send_unlock", {"account": guard.account})
    if guard.account is not None:
        tx.record(AccountSlowedDown(subject=guard.account, failures=guard.failures))


async def tell_of_guesses(tx: Transaction, guard: Guard) -> None:
    """As `tell_of_lock`, for a second factor: the owner learns that somebody has the first. No mail is a way out of this wait."""
    if guard.failures == FREE_TRIES and guard.account is not None:
        await enqueue(tx, "accounts.send_security_notice", {"account": guard.account, "what": "second_factor_guessed"})
        tx.record(AccountSlowedDown(subject=guard.account, failures=guard.failures))


async def unlock(tx: Transaction, account: str, *, by: str, but: Sequence[bytes] = ()) -> None:
    """Let an account's owner try again at once, `but` not where these counters make wait. `by` is mail or staff."""
    await tx.execute(guards.CLEAR_GUARDS_OF_ACCOUNT, account, list(but))
    tx.record(AccountUnlocked(subject=account, by=by))


async def spend_token(tx: Transaction, token: str, until_seconds: int) -> bool:
    """Whether this is the first use of a signed token. Of two at once exactly one is the first."""
    return await tx.maybe(guards.SPEND_TOKEN, hash_token(token), tx.now + timedelta(seconds=until_seconds)) is not None
