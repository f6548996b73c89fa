"""Throttle guessing: every attempt is counted before it is checked, so that parallel guesses are counted one by one.

Five attempts are free; then the wait doubles from 30 seconds to an hour. A device the account knows has a counter of its
own, so that a stranger's guesses never lock its owner out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from phoenix.kernel.cache.limits import wait_in_words
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.errors import TooManyRequests
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import hash_token
from phoenix.modules.accounts.actions.notices import notify
from phoenix.modules.factors.events import SignInPaused, SignInResumed
from phoenix.modules.factors.notices import SECOND_FACTOR_GUESSED
from phoenix.modules.factors.queries import throttle as queries

FREE_TRIES = 5
SECOND_FACTOR = "second factor"


class Attempt(Struct, frozen=True):
    """A counted attempt: its counter, and the number of failures there if this one fails."""

    key: bytes
    account: str | None
    failures: int


async def count_attempt(runtime: Runtime, kind: str, subject: str, *, account: str | None = None, device: str = "") -> Attempt:
    """Count an attempt before it is checked. Raises TooManyRequests while the counter is locked.

    `device` is the token of a device that the account knows. The statement is committed on its own at once, so a later error
    does not roll it back.
    """
    key = key_of(runtime, kind, subject, device=device)
    async with runtime.database.reader() as db:
        failures = await db.maybe(queries.COUNT, key, account, db.now, FREE_TRIES)
        if failures is not None:
            return Attempt(key, account, failures)
        until = await db.maybe(queries.LOCKED_UNTIL, key)
    seconds = 1 if until is None else max(1, round((until - runtime.clock.now()).total_seconds()))
    sentence = _("Too many wrong attempts. Wait {wait}, or open the link in the email we sent to the account's owner.")
    if kind == SECOND_FACTOR:
        sentence = _("Too many wrong attempts. Wait {wait}, then try again.")
    raise TooManyRequests(sentence.format(wait=wait_in_words(seconds)), retry_after=seconds)


def key_of(runtime: Runtime, kind: str, subject: str, *, device: str = "") -> bytes:
    """The counter's key. Without the master secret, nobody can tell whose it is."""
    return runtime.keys.mac("guard", kind, subject, hash_token(device) if device else b"")


async def clear(tx: Transaction, attempt: Attempt) -> None:
    """The attempt was right: reset the counter."""
    await tx.execute(queries.CLEAR, attempt.key)


def record_pause(tx: Transaction, attempt: Attempt) -> bool:
    """The attempt was wrong. Returns whether the wait starts now; if so, it is recorded for an account's counter."""
    paused = attempt.failures == FREE_TRIES
    if paused and attempt.account is not None:
        tx.record(SignInPaused(subject=attempt.account, failures=attempt.failures))
    return paused


async def notify_of_guesses(tx: Transaction, attempt: Attempt) -> None:
    """A second factor was wrong. When the wait starts, the owner is notified that someone has the first. No email ends this wait."""
    if record_pause(tx, attempt) and attempt.account is not None:
        await notify(tx, attempt.account, SECOND_FACTOR_GUESSED)


async def clear_account(tx: Transaction, account: str, *, by: Literal["mail", "staff"], keep: Sequence[bytes] = ()) -> None:
    """Let an account's owner try again at once, except for the counters to `keep`."""
    await tx.execute(queries.CLEAR_ACCOUNT, account, list(keep))
    tx.record(SignInResumed(subject=account, by=by))
