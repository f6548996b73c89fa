"""Two installations that share one Valkey: neither uses what the other cached."""

from __future__ import annotations

import asyncio
from pathlib import Path

from phoenix.kernel.cache.cache import Cache, Watch
from phoenix.kernel.cache.generations import MachineGenerations
from phoenix.kernel.cache.keys import KeyKind
from phoenix.kernel.cache.valkey import Valkey

THING = KeyKind("thing")


def test_installations_that_share_a_valkey_share_no_values(tmp_path: Path, valkey: str) -> None:
    async def run() -> None:
        remote, generations = Valkey(valkey), MachineGenerations(tmp_path / "generations")
        ours, same, theirs = (Cache(generations, remote, 100, namespace) for namespace in ("ours", "ours", "theirs"))

        async def refill(watch: Watch) -> bytes:
            await watch.on(THING("1"))
            return b"secret of ours"

        async def refused(watch: Watch) -> bytes:
            await watch.on(THING("1"))
            return b"theirs"

        key = f"shared {tmp_path}"
        assert await ours.read(key, refill) == b"secret of ours"
        assert await same.read(key, refused) == b"secret of ours", "another process of the same installation uses the value"
        assert await theirs.read(key, refused) == b"theirs"
        await remote.close()

    asyncio.run(run())
