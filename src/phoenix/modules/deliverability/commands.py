"""Emails on the command line: what comes back, and the record to publish."""

from __future__ import annotations

import asyncio
import sys

from phoenix.kernel.email.dkim import signer_of
from phoenix.kernel.runtime import Runtime
from phoenix.modules.deliverability.actions.bounces import MOST_BYTES, bounced
from phoenix.modules.deliverability.actions.stop import BOUNCED, stop


async def take_bounce(runtime: Runtime) -> str:
    """Read an email that came back from standard input. If an address does not accept emails, send no more to it."""
    raw = await asyncio.to_thread(sys.stdin.buffer.read, MOST_BYTES)
    addresses = bounced(runtime.keys, raw, runtime.clock.now())
    async with runtime.database.transaction() as tx:
        count = await stop(tx, dict.fromkeys(addresses, BOUNCED))
    if not addresses:
        return "Nothing was changed: this does not report that an address of ours refused an email."
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
