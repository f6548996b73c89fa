"""Send the code that confirms a number."""

from __future__ import annotations

from datetime import timedelta

import structlog

from phoenix.kernel.language import _, reading
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.crypto import new_code
from phoenix.kernel.sms.message import OutgoingSms
from phoenix.kernel.sms.texter import Texter
from phoenix.kernel.sms.transports import SmsRefused, SmsUnsure
from phoenix.modules.sms import queries
from phoenix.modules.sms.actions.number import CodeDue, code_hash
from phoenix.modules.sms.actions.stopping import stop

log = structlog.get_logger(__name__)

CODE_LIVES = timedelta(minutes=10)


async def send_code(runtime: Runtime, due: CodeDue) -> None:
    """Send a code to the number of a request, unless it was withdrawn or replaced. One that the provider refuses is noted, for its person."""
    code = new_code()
    async with runtime.database.transaction() as tx:
        hashed = code_hash(runtime, due.request, code)
        to = await tx.maybe(queries.SET_CODE, due.account, due.request, hashed, tx.now + CODE_LIVES)
    if to is None:
        return
    with reading(to.locale):
        words = _("Your code for Phoenix, valid for 10 minutes:")
        advice = _("If you didn't ask for it, ignore this message. Reply STOP to get no more.")
    try:
        await runtime.part(Texter).send(OutgoingSms(to.number, f"{words}\n{code}\n{advice}"))
    except SmsUnsure:
        # It may have been taken: another attempt could send a second code, which costs as much. Whoever gets none asks for one.
        log.warning("sms_code_perhaps_not_sent")
    except SmsRefused as refused:
        async with runtime.database.transaction() as tx:
            await tx.execute(queries.SET_FAILURE, due.account, due.request, refused.reason)
            if refused.reason == "opted_out":
                await stop(runtime, tx, to.number)
