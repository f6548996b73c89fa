"""What `phoenix up` requests at every start: the demo, if wanted, and the link for the first administrator."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from typing import Any

import msgspec

from phoenix.composition import REGISTRY
from phoenix.kernel.security.logging import configure
from phoenix.modules.demo.actions import seed_demo
from phoenix.modules.sign_in.commands import first_administrator_link
from phoenix.settings import settings_of_process


async def first_start() -> dict[str, Any]:
    """Demo accounts and the link, for the ready line."""
    settings = settings_of_process()
    configure(replace(settings.logs, level="warning"))
    async with REGISTRY.opened(settings, pool=4) as runtime:
        demo = await seed_demo(runtime) if settings.installation.demo else '{"accounts": []}'
        link = await first_administrator_link(runtime)
    return {**msgspec.json.decode(demo), "first_administrator_link": link or None}


if __name__ == "__main__":
    sys.stdout.write(msgspec.json.encode(asyncio.run(first_start())).decode() + "\n")
