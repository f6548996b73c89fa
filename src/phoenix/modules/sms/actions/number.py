"""Add, confirm and remove the number that a person gets text messages at.

A code is sent to it, which is made in the job that sends it and stored only as a hash. Each code costs money, so they are limited by person, by
number and in all: someone who is paid for messages to some numbers could otherwise have us send them.
"""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.limits import HOUR, Limit
from phoenix.kernel.data.database import Transaction
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.data.jobs import JobKind, enqueue
from phoenix.kernel.errors import FieldError, InvalidInput, NotFound, NotWhileImpersonating
from phoenix.kernel.i18n.digits import digits_in
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import same
from phoenix.kernel.sms.numbers import parse_number
from phoenix.kernel.sms.transports import is_offered
from phoenix.modules.accounts.actions.accounts import hold
from phoenix.modules.accounts.actions.notices import notify
from phoenix.modules.accounts.errors import WrongCode
from phoenix.modules.sms import queries
from phoenix.modules.sms.actions.stopping import has_stopped
from phoenix.modules.sms.errors import NumberInUse, NumberStopped
from phoenix.modules.sms.events import NumberAdded, NumberRemoved
from phoenix.modules.sms.notices import NUMBER_ADDED, NUMBER_REMOVED

TRIES = 5
# A number can be that of several accounts, each of which confirmed it, as of a family or a team that shares a phone.
MOST_ACCOUNTS = 10
DAY = 24 * HOUR
CODES_OF_A_PERSON = Limit("sms_codes_of_a_person", 5, HOUR)
CODES_OF_A_PERSON_A_DAY = Limit("sms_codes_of_a_person_a_day", 10, DAY)
CODES_TO_A_NUMBER = Limit("sms_codes_to_a_number", 5, DAY)
KEPT_REQUESTS = timedelta(days=1)
MISSING = _("You have no phone number here.")


class CodeDue(Struct, frozen=True):
    """Whom a code is sent to, and for which request."""

    account: str
    request: str


# A second run sends another code, and the newest is the one that counts.
SEND_CODE = JobKind("sms.send_code", CodeDue, priority=1, attempts=3, within=600.0)


async def request_number(runtime: Runtime, tx: Transaction, actor: Actor, written: str) -> None:
    """Send a code to a number. The one that the actor has stays theirs until it is confirmed.

    Raises NotFound where no text messages are offered, InvalidInput, NumberStopped and TooManyRequests.
    """
    require_offered(runtime)
    number = parse_number(written, runtime.settings.sms.countries)
    await hold(tx, actor.account)
    if await has_stopped(runtime, tx, number):
        raise NumberStopped
    for limit in (CODES_OF_A_PERSON, CODES_OF_A_PERSON_A_DAY):
        await runtime.limiter.require(limit, actor.account)
    await runtime.limiter.require(CODES_TO_A_NUMBER, number)
    await runtime.limiter.require(Limit("sms_codes_in_all", runtime.settings.sms.codes, HOUR), "")
    request = new_id("smr", tx.now)
    await tx.execute(queries.SET_REQUEST, actor.account, request, number, TRIES, tx.now)
    await enqueue(tx, SEND_CODE, CodeDue(actor.account, request))


async def request_again(runtime: Runtime, tx: Transaction, actor: Actor) -> None:
    """Send a new code to the number that waits to be confirmed. Raises NotFound where none does, and as `request_number`."""
    waiting = await tx.maybe(queries.REQUEST, actor.account)
    if waiting is None:
        raise NotFound(_("No number is waiting to be confirmed. Enter it again."))
    await request_number(runtime, tx, actor, waiting.number)


async def confirm_number(runtime: Runtime, tx: Transaction, actor: Actor, code: str) -> None:
    """Make the number that a code was sent to the actor's. Raises WrongCode, NotFound, NumberStopped and NumberInUse."""
    require_offered(runtime)
    if actor.impersonator is not None:
        raise NotWhileImpersonating
    given = digits_in(code[:100])
    if not given:
        raise InvalidInput(errors=(FieldError("code", "missing", _("Enter the 8 digits from the text message.")),))
    tried = await tx.maybe(queries.TRY, actor.account)
    if tried is None or not _is_right(runtime, tx, tried, given):
        ended = tried is None or not tried.tries_left or not _is_valid(tx, tried)
        sentence = (
            _("This code is more than 10 minutes old, or there were 5 wrong attempts. Request a new one.")
            if ended
            else _("This code is wrong. Check the text message, and enter its 8 digits again.")
        )
        raise WrongCode(errors=(FieldError("code", "wrong_code", sentence),))
    if await has_stopped(runtime, tx, tried.number):
        raise NumberStopped
    await tx.execute(queries.HOLD_NUMBER, tried.number)
    if await tx.one(queries.COUNT_OTHERS, tried.number, actor.account) >= MOST_ACCOUNTS:
        raise NumberInUse
    await tx.execute(queries.SET_NUMBER, actor.account, new_id("smn", tx.now), tried.number, tx.now)
    await tx.execute(queries.REMOVE_REQUEST, actor.account)
    tx.record(NumberAdded(subject=actor.account))
    await notify(tx, actor.account, NUMBER_ADDED)


async def remove_number(tx: Transaction, actor: Actor) -> None:
    """Remove the actor's number, and one that waits to be confirmed. Raises NotFound and NotWhileImpersonating."""
    if actor.impersonator is not None:
        raise NotWhileImpersonating
    waited = await tx.execute(queries.REMOVE_REQUEST, actor.account)
    if await tx.execute(queries.REMOVE_NUMBER, actor.account):
        tx.record(NumberRemoved(subject=actor.account))
        await notify(tx, actor.account, NUMBER_REMOVED)
    elif not waited:
        raise NotFound(MISSING)


async def cancel_request(tx: Transaction, actor: Actor) -> None:
    """Confirm no other number after all. Does nothing if none waits."""
    await tx.execute(queries.REMOVE_REQUEST, actor.account)


def require_offered(runtime: Runtime) -> None:
    """Raises NotFound where no text messages are sent."""
    if not is_offered(runtime.settings):
        raise NotFound(_("This installation sends no text messages."))


def code_hash(runtime: Runtime, request: str, code: str) -> bytes:
    """A keyed hash: without a key, eight digits could be found by trying them all."""
    return runtime.keys.mac("sms code", request, code)


def _is_right(runtime: Runtime, tx: Transaction, tried: queries.Request, code: str) -> bool:
    return tried.code_hash is not None and _is_valid(tx, tried) and same(code_hash(runtime, tried.id, code), tried.code_hash)


def _is_valid(tx: Transaction, tried: queries.Request) -> bool:
    return tried.code_until is not None and tried.code_until > tx.now
