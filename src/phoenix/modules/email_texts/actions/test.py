"""Send an email with sample data to oneself."""

from __future__ import annotations

from typing import Literal

import structlog
from msgspec import structs

from phoenix.kernel.cache.limits import HOUR, Limit
from phoenix.kernel.email.message import Mail
from phoenix.kernel.errors import PermanentFailure, Unavailable
from phoenix.kernel.language import _
from phoenix.kernel.runtime import Runtime

log = structlog.get_logger(__name__)

Outcome = Literal["sent", "stopped", "refused", "unavailable"]
TESTS = Limit("email_tests", 20, HOUR)


def marked(mail: Mail) -> Mail:
    """An email whose subject says that it is a test, in the language of whoever reads."""
    return structs.replace(mail, subject=_("Test: {subject}").format(subject=mail.subject))


async def send_test(runtime: Runtime, account: str, to: str, mail: Mail) -> Outcome:
    """Send it as every email is sent, and say what became of it. Raises TooManyRequests."""
    await runtime.limiter.require(TESTS, account)
    try:
        return "sent" if await runtime.mailer.send(to, mail) else "stopped"
    except Unavailable as problem:
        log.warning("email_test_not_sent", reason=str(problem))
        return "unavailable"
    except PermanentFailure as problem:
        log.warning("email_test_refused", reason=str(problem))
        return "refused"
