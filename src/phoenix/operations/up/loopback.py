"""Connections to ::1 are passed to the public listener, which has a single address, 127.0.0.1: localhost can be either of them.

    python -m phoenix.operations.up.loopback --port 8000

Bytes are passed as they are. The listener ends connections that take too long, and with them their other halves here.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal

CHUNK = 65_536
BACKLOG = 1024


async def serve(port: int, *, to_port: int = 0) -> asyncio.Server:
    """Listen on ::1 and pass everything on to the same port of 127.0.0.1, or to another."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ours = [writer]
        try:
            there, onward = await asyncio.open_connection("127.0.0.1", to_port or port)
            ours.append(onward)
            await asyncio.gather(_pass_on(reader, onward), _pass_on(there, writer))
        except OSError:
            # Nothing listens there, as while the listener starts again.
            writer.transport.abort()
        finally:
            for each in ours:
                each.close()
                with contextlib.suppress(OSError):
                    await each.wait_closed()

    return await asyncio.start_server(connected, "::1", port, backlog=BACKLOG)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """All bytes in one direction. Its end, or a connection that broke, ends the other side as well."""
    try:
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.transport.abort()


async def _run(port: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    server = await serve(port)
    await stopped.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    asyncio.run(_run(parser.parse_args().port))


if __name__ == "__main__":
    main()
