"""Run by test_upgrade.py in a separate process, with an earlier release's source first on its path and settings in its environment.

python old_code.py RELEASE.json MINUTES ROUND
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from phoenix.app import Phoenix
from phoenix.composition import REGISTRY
from phoenix.kernel.clock import SetClock
from phoenix.settings import read_settings


def behaviour() -> Any:
    """Load the checks, which are next to this file and not in the release."""
    spec = importlib.util.spec_from_file_location("behaviour", Path(__file__).with_name("behaviour.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["behaviour"] = module
    spec.loader.exec_module(module)
    return module


async def main(recorded: dict[str, Any], minutes: str, round_: str) -> None:
    clock = SetClock(datetime.fromisoformat(recorded["taken_at"]) + timedelta(minutes=int(minutes)))
    app = Phoenix(read_settings(), REGISTRY, clock=clock)

    def new_client() -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=app, client=("203.0.113.9", 50_000))
        return httpx.AsyncClient(transport=transport, base_url="http://phoenix.test", headers={"User-Agent": "tests"})

    asked = behaviour()
    async with app.running():
        await asked.everything(asked.User(new_client, recorded, clock.now), round_=int(round_))


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), *sys.argv[2:]))
