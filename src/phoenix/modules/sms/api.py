"""One's own number for text messages, and what Twilio reports, as JSON."""

from __future__ import annotations

from msgspec import Struct

from phoenix.kernel.cache.limits import HOUR, Limit
from phoenix.kernel.errors import NotFound
from phoenix.kernel.i18n.fields import Text
from phoenix.kernel.sms.numbers import masked
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import delete, get, post
from phoenix.kernel.web.instants import Instant, instant
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN
from phoenix.modules.sms import queries
from phoenix.modules.sms.actions import number, reports
from phoenix.modules.sms.actions.limits import CONFIRMATIONS, REQUESTS
from phoenix.modules.sms.actions.send import REPORTS as REPORTS_PATH

PATH = "/api/v2/me/phone_number"
REPORTS = Limit("sms_reports", 6000, HOUR)


class PhoneNumberData(Struct, forbid_unknown_fields=True):
    """A number with its country code, such as +49 170 1234567."""

    number: Text


class PhoneCodeData(Struct, forbid_unknown_fields=True):
    """The code that was sent to the number."""

    code: Text


class PhoneNumberAnswer(Struct):
    """The number that you get text messages at, masked, and one that waits to be confirmed. If `stopped`, someone replied STOP from it.

    `failure` is why no code could be sent to the one that waits: opted_out, number or refused.
    """

    number: str | None
    confirmed_at: Instant | None
    stopped: bool
    waiting: str | None
    failure: str | None


@get(PATH, may=SIGNED_IN, queries=2)
async def read_phone_number(call: Call) -> PhoneNumberAnswer:
    """Get the number that you get text messages at. Of numbers only the country and the last two digits are shown."""
    number.require_offered(call.runtime)
    account = call.actor.account
    found, waiting = await call.db.maybe(queries.NUMBER, account), await call.db.maybe(queries.REQUEST, account)
    return PhoneNumberAnswer(
        masked(found.number) if found else None,
        instant(found.confirmed_at) if found else None,
        found is not None and found.stopped,
        masked(waiting.number) if waiting else None,
        waiting.failure if waiting else None,
    )


@post(PATH, may=SIGNED_IN, queries=6, limits=(REQUESTS,), sensitive=True, problems=(404, 409, 429))
async def request_phone_number(call: Call, data: PhoneNumberData) -> None:
    """Send a code to a number. It becomes yours once you confirm it with that code, within 10 minutes."""
    await number.request_number(call.runtime, call.tx, call.actor, data.number)


@post(f"{PATH}/confirm", may=SIGNED_IN, queries=9, limits=(CONFIRMATIONS,), problems=(404, 409))
async def confirm_phone_number(call: Call, data: PhoneCodeData) -> None:
    """Confirm a number with the code that was sent to it. It takes the place of the one you had."""
    await number.confirm_number(call.runtime, call.tx, call.actor, data.code)


@delete(PATH, may=SIGNED_IN, queries=4, frees=True)
async def delete_phone_number(call: Call) -> None:
    """Remove your number, and one that waits to be confirmed."""
    await number.remove_number(call.tx, call.actor)


@post(REPORTS_PATH, may=PUBLIC, queries=4, limits=(REPORTS,), problems=(403, 404))
async def take_twilio_reports(call: Call, message: str = "") -> None:
    """Receive what Twilio reports of text messages, and replies of STOP and START, signed by it."""
    settings = call.runtime.settings
    if not (settings.sms.leaves and settings.sms.twilio_token):
        raise NotFound
    form, asked = reports.read_form(await call.request.body()), call.request.url.query
    url = f"{settings.public_url}{REPORTS_PATH}{'?' if asked else ''}{asked}"
    reports.check_signature(settings.sms.twilio_token, url, form, call.request.headers.get("x-twilio-signature", ""))
    await reports.take(call.runtime, call.tx, message, form)


ROUTES = (read_phone_number, request_phone_number, confirm_phone_number, delete_phone_number, take_twilio_reports)
