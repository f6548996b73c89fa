"""A process that serves sockets, and nothing else. All of them listen on one port: the kernel of the machine spreads connections over them."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import socket

import uvloop

from phoenix.composition import REGISTRY
from phoenix.kernel.background import watchdog
from phoenix.kernel.data.followers import Listener, wait_for
from phoenix.kernel.errors import PhoenixError
from phoenix.kernel.realtime.handover import Handover
from phoenix.kernel.realtime.sockets import Sockets
from phoenix.kernel.security.logging import configure
from phoenix.kernel.web.session_reader import SessionReader
from phoenix.kernel.web.socket_figures import file_of
from phoenix.settings import Settings, settings_of_process

# How often it is asked whether the sockets have begun.
BEGIN_SECONDS = 0.02


async def serve(settings: Settings, stop: asyncio.Event, number: int = 1) -> None:
    """Serve sockets until `stop` is set; then close each, with a reason for its client. `number` is this process's among those that do."""
    async with REGISTRY.opened(settings) as runtime:
        sessions = SessionReader(runtime, REGISTRY)
        runtime.background.start("last use of sessions", sessions.keep_flushing)
        if not settings.development:
            runtime.background.start("watchdog", watchdog)
        handover = Handover(settings.installation.data / "sockets", number) if settings.realtime.processes > 1 else None
        sockets = Sockets(runtime, REGISTRY, sessions, handover=handover)
        sockets.start(Listener(settings.database.url))
        figures = file_of(settings, number)
        sockets.keep_figures(figures)
        # Until the positions are known, a client could connect and miss what happens then.
        while not (sockets.has_begun or stop.is_set()):
            await wait_for(stop, BEGIN_SECONDS)
        listening = await sockets.server.listen(bind(settings.web.host, settings.realtime.port))
        try:
            await stop.wait()
        finally:
            listening.close()
            await sockets.server.close()
            await runtime.background.close()
            figures.unlink(missing_ok=True)
            with contextlib.suppress(PhoenixError):
                await sessions.flush()


def bind(host: str, port: int) -> socket.socket:
    """A listening socket that shares its port with other processes. Raises OSError if another program has the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, reuse_port=True, dualstack_ipv6=host == "::")


async def run(number: int = 1) -> None:
    """The process of sockets."""
    settings = settings_of_process()
    configure(settings.logs)
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for asking in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(asking, stop.set)
    await serve(settings, stop, number)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--number", type=int, default=1)
    uvloop.run(run(parser.parse_args().number))
