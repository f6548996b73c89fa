"""A public route that asks who is signed in refuses nobody in particular: it says to sign in."""

from __future__ import annotations

import asyncio
from pathlib import Path

from msgspec import Struct
from tests.harness import Harness

from phoenix.composition import MODULES
from phoenix.kernel.module import Module
from phoenix.kernel.registry import Registry
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import get
from phoenix.kernel.web.rules import PUBLIC


class Greeting(Struct):
    name: str


@get("/api/v2/greetings/mine", may=PUBLIC, queries=0)
async def show_greeting(call: Call) -> Greeting:
    """Open to everyone, though it is made for one who is signed in."""
    return Greeting(call.actor.record.name)


def test_a_public_route_that_needs_someone_says_so_to_nobody(harness: Harness, tmp_path: Path) -> None:
    greetings = Module(name="greetings", about="Greet.", folder=tmp_path, routes=(show_greeting,))
    harness.registry = Registry((*MODULES, greetings))

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            assert (await harness.get("/api/v2/greetings/mine", by="ada")).json() == {"name": "Ada"}
            refused = await harness.get("/api/v2/greetings/mine")
            assert (refused.status_code, refused.json()["code"]) == (401, "not_logged_in")

    asyncio.run(run())
