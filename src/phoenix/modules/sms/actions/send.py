"""Send a notification to someone's phone, once: also if this process dies on the way, or the provider does not say whether it took it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from phoenix.kernel.data.database import Reader
from phoenix.kernel.data.ids import new_id
from phoenix.kernel.errors import Unavailable
from phoenix.kernel.i18n.links import unlinked
from phoenix.kernel.language import _
from phoenix.kernel.module import ChannelMessage, ChannelOutcome, ChannelReport, Reach
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.sms.message import OutgoingSms
from phoenix.kernel.sms.text import fitted
from phoenix.kernel.sms.texter import Texter
from phoenix.kernel.sms.transports import SmsRefused, SmsUnsure, is_offered, transport_of
from phoenix.modules.accounts.actions.accounts import hold
from phoenix.modules.sms import queries
from phoenix.modules.sms.actions.stopping import stop

# In any 24 hours, to one person: a flood of notifications costs no more than that.
MOST_A_DAY = 20
A_DAY = timedelta(days=1)
# So often a message is handed over without being told whether it was taken.
MOST_UNSURE = 2
LONGEST_LINK = 160
INBOX = "/notifications"
REPORTS = "/api/v2/sms_reports/twilio"
GONE, LIMIT, UNSURE, NO_ANSWER, OPTED_OUT = "number_gone", "limit", "unsure", "no_answer", "opted_out"
REASONS = {
    GONE: _("Not sent, because the phone number was removed"),
    LIMIT: _("Not sent, because there were already 20 text messages in a day"),
    UNSURE: _("Perhaps not sent, because the provider of text messages didn't answer"),
    NO_ANSWER: _("Not sent, because the provider of text messages didn't answer"),
    "budget": _("Not sent, because this installation has sent too many text messages in a day"),
    OPTED_OUT: _("Not sent, because the number replied STOP"),
    "number": _("Not sent, because the number can't get text messages"),
    "not_delivered": _("Not delivered to the phone"),
    "unreachable": _("Not delivered, because the phone is off or has no reception"),
    "unknown_number": _("Not delivered, because the number can't get text messages"),
    "blocked": _("Not delivered, because the mobile network blocked it"),
}


@contextlib.asynccontextmanager
async def texter(runtime: Runtime) -> AsyncIterator[Texter]:
    yield Texter(
        transport_of(runtime.settings, runtime.http), runtime.limiter, rate=runtime.settings.sms.rate, a_day=runtime.settings.sms.a_day
    )


async def reach(db: Reader, accounts: Sequence[str], now: datetime) -> Sequence[Reach]:
    """The confirmed numbers of these people, without those that stopped."""
    del now
    return await db.all(queries.REACH, list(accounts))


async def reports(db: Reader, account: str, messages: Sequence[str]) -> Sequence[ChannelReport]:
    """What the provider reported of messages."""
    return await db.all(queries.REPORTS, account, list(messages))


async def send(runtime: Runtime, account: str, target: str, message: ChannelMessage) -> ChannelOutcome:
    """Send a message to the number of an account, if it is still the same. What was sent before, or may have been twice, is not sent again."""
    async with runtime.database.transaction() as tx:
        found = await tx.maybe(queries.NUMBER, account)
        if found is None or found.id != target or not is_offered(runtime.settings):
            return ChannelOutcome("refused", GONE)
        if found.stopped:
            return ChannelOutcome("refused", OPTED_OUT)
        # One after another, so that none is counted too late.
        await hold(tx, account)
        if await tx.one(queries.COUNT_SENT, account, tx.now - A_DAY, message.id) >= MOST_A_DAY:
            return ChannelOutcome("refused", LIMIT)
        begun = await tx.one(queries.BEGIN, new_id("sms", tx.now), account, message.id, tx.now, MOST_UNSURE)
    if begun.state == UNSURE:
        return ChannelOutcome("refused", UNSURE)
    if begun.state != "sending":
        return ChannelOutcome("refused", begun.reason) if begun.state == "refused" else ChannelOutcome("sent")
    try:
        provider_id = await runtime.part(Texter).send(outgoing(runtime, found.number, begun.id, message))
    except SmsUnsure:
        # A report can say by then that it was taken.
        return ChannelOutcome("later", UNSURE)
    except Unavailable as unavailable:
        await _end(runtime, begun.id, "later", NO_ANSWER)
        return ChannelOutcome("later", NO_ANSWER, timedelta(seconds=int(unavailable.headers["Retry-After"])))
    except SmsRefused as refused:
        await _end(runtime, begun.id, "refused", refused.reason, code=refused.code)
        if refused.reason == OPTED_OUT:
            async with runtime.database.transaction() as tx:
                await stop(runtime, tx, found.number)
        return ChannelOutcome("refused", refused.reason)
    await _end(runtime, begun.id, "sent", None, provider_id=provider_id)
    return ChannelOutcome("sent")


def outgoing(runtime: Runtime, number: str, id_: str, message: ChannelMessage) -> OutgoingSms:
    """The message as it is handed over. No address that people wrote in it can be opened: only the link, which is ours."""
    base = runtime.settings.public_url
    link = f"{base}{message.link}"
    text = unlinked(f"{message.title}: {message.text}")
    where = f"{base}{REPORTS}?message={id_}" if runtime.settings.sms.leaves else ""
    return OutgoingSms(number, fitted(text, link if len(link) <= LONGEST_LINK else f"{base}{INBOX}"), where)


async def _end(runtime: Runtime, id_: str, state: str, reason: str | None, *, code: int = 0, provider_id: str | None = None) -> None:
    async with runtime.database.transaction() as tx:
        await tx.execute(queries.ENDED, id_, state, reason, code or None, provider_id)
