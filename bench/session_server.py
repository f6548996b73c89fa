"""The server of sockets with everything that it checks in a running Phoenix, for `make bench-sockets` and the long tests.

    python -m bench.session_server PORT ORGANISATION_OF_ALL ORGANISATION_OF_THE_ROOM

It prints `ready`, then obeys lines on its standard input, and ends with it: `all TEXT` and `room TEXT` send a text to an organisation,
`post NUMBER` records so many events in that of the room, and `figures` answers with what the process holds. Gathering is off.
"""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import sys
from pathlib import Path
from typing import Any

import uvloop

from bench.crowd import memory_of
from phoenix.composition import REGISTRY
from phoenix.kernel.data.followers import Listener, wait_for
from phoenix.kernel.realtime.sockets import Sockets
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.logging import configure
from phoenix.kernel.web.session_reader import SessionReader
from phoenix.modules.entries.events import EntryChanged
from phoenix.settings import settings_of_process

NOBODY = 1_000_000_000
LOOK_SECONDS = 0.02


def held(sockets: Sockets) -> dict[str, Any]:
    """What is left of connections, wherever they leave something."""
    gc.collect()
    server, counts = sockets.server, sockets.counts
    return {
        "connections": len(server.connections),
        "lingering": len(server._lingering),  # noqa: SLF001 - nobody else needs to know
        "listeners": len(server._listeners),  # noqa: SLF001 - as above
        "timers": len(server.wheel),
        "signed_in": len(sockets.open),
        "checks": len(sockets.delivery._running) + len(sockets.delivery._turns),  # noqa: SLF001 - as above
        "rooms": len(sockets.rooms),
        "counted": sum(map(len, (counts.networks, counts.accounts, counts.peers))),
        "opened": counts.opened,
        "closed": dict(counts.closed),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "tasks": len(asyncio.all_tasks()),
        "memory": memory_of(int(Path("/proc/self").resolve().name)),
    }


async def post(runtime: Runtime, organisation: str, amount: int) -> None:
    for _ in range(amount):
        async with runtime.database.transaction() as tx:
            tx.record(EntryChanged(organisation=organisation, subject="ent_of_the_bench", title="t"))


async def serve(port: int, organisations: dict[str, str]) -> None:
    settings = settings_of_process()
    configure(settings.logs)
    async with REGISTRY.opened(settings) as runtime:
        sockets = Sockets(runtime, REGISTRY, SessionReader(runtime, REGISTRY), most_at_once=NOBODY)
        sockets.start(Listener(settings.database.url))
        while not sockets.has_begun:
            await wait_for(asyncio.Event(), LOOK_SECONDS)
        listening = await sockets.server.listen(socket.create_server(("127.0.0.1", port), backlog=4096, reuse_port=True))
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        print("ready", flush=True)
        while line := (await lines.readline()).decode().split():
            if line[0] == "figures":
                print(json.dumps(held(sockets)), flush=True)
            elif line[0] == "post":
                await post(runtime, organisations["room"], int(line[1]))
            else:
                await sockets.delivery.send([(f"organisation:{organisations[line[0]]}", "tick", line[1])])
        listening.close()
        await sockets.server.close()
        await runtime.background.close()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), {"all": sys.argv[2], "room": sys.argv[3]}))
