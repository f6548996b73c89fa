"""Emails on the command line: what comes back, and the record to publish."""

from __future__ import annotations

import asyncio
import sys

from phoenix.kernel.email.dkim import signer_of
from phoenix.kernel.runtime import Runtime
from phoenix.modules.deliverability.actions.bounces import MOST_BYTES, bounces
from phoenix.modules.deliverability.actions.outcomes import Outcome, note
from phoenix.modules.deliverability.actions.stop import BOUNCED, stop


async def take_bounce(runtime: Runtime) -> str:
    """Read an email that came back from standard input, and note why it was not delivered. If its address accepts no emails, send no more to it."""
    raw = await asyncio.to_thread(sys.stdin.buffer.read, MOST_BYTES)
    found = bounces(runtime.keys, raw, runtime.clock.now())
    addresses = {one.address for one in found if one.stops}
    async with runtime.database.transaction() as tx:
        await note(tx, [Outcome(one.reference, "undelivered", one.reason) for one in found])
        count = await stop(tx, dict.fromkeys(addresses, BOUNCED))
    if not found:
        return "Nothing was changed: this does not report that an email of ours was not delivered."
    if not addresses:
        return "It was noted that an email was not delivered. Emails to its address go on, because the address may accept the next one."
    return f"Emails were stopped to {count} address{'es' if count != 1 else ''}."


async def print_dkim_record(runtime: Runtime) -> str:
    """Print the DNS record to publish, so that receivers can verify emails."""
    signer = signer_of(runtime.settings.email)
    if signer is None:
        return "Emails are not signed. Set PHOENIX_DKIM_KEY."
    name, text = signer.record
    # A string in a zone file has at most 255 bytes (RFC 1035, 3.3).
    strings = " ".join(f'"{text[start : start + 255]}"' for start in range(0, len(text), 255))
    return f"{name}. IN TXT ( {strings} )"
