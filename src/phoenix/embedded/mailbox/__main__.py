"""The process of the local mailbox: `python -m phoenix.embedded.mailbox`, until SIGTERM."""

from __future__ import annotations

import asyncio
import signal
import sys

from phoenix.embedded.mailbox.receive import Receiver, serve
from phoenix.embedded.mailbox.store import mailbox_of
from phoenix.kernel.clock import SystemClock
from phoenix.settings import Settings, settings_of_process


async def run(settings: Settings) -> int:
    """Receive email until stopped. Returns the exit status."""
    port = settings.email.mailbox_port or settings.web.port + 1
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        server = await serve(Receiver(mailbox_of(settings), SystemClock()), port)
    except OSError as error:
        sys.stderr.write(f"The local mailbox cannot listen on port {port}: {error.strerror}. Set PHOENIX_MAILBOX_PORT to another.\n")
        return 1
    await stop.wait()
    server.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(run(settings_of_process())))
