"""A public route that needs a signed-in person tells an anonymous one to sign in."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from msgspec import Struct
from tests.harness import Harness

from phoenix.composition import MODULES
from phoenix.kernel.cache.cache import Watch
from phoenix.kernel.cache.keys import Key
from phoenix.kernel.errors import NotSignedIn
from phoenix.kernel.module import Module
from phoenix.kernel.registry import Registry
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import get
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN


class Greeting(Struct):
    name: str


@get("/api/v2/greetings/mine", may=PUBLIC, queries=0)
async def show_greeting(call: Call) -> Greeting:
    """Open to everyone, although it needs a signed-in person."""
    return Greeting(call.actor.record.name)


@get("/api/v2/greetings/closed", may=SIGNED_IN, queries=0)
async def show_closed(call: Call) -> Greeting:
    return Greeting(call.actor.record.name)


def test_without_an_identity_module_every_token_is_anonymous(harness: Harness, tmp_path: Path) -> None:
    harness.registry = Registry([Module(name="greetings", about="Greet.", folder=tmp_path, routes=(show_closed,))])

    async def run() -> None:
        async with harness:
            refused = await harness.get("/api/v2/greetings/closed", headers={"Authorization": f"Bearer pho_{'x' * 40}"})
            assert (refused.status_code, refused.json()["code"]) == (401, "not_logged_in")

    asyncio.run(run())


def test_a_session_that_ends_while_it_is_read_is_invalid(harness: Harness) -> None:
    """The session is looked up, then looked up again under the generation of its account; it can end in between."""

    class Ending(Watch):
        async def on(self, *keys: Key) -> None:
            await harness.sql("UPDATE sessions SET ended_at = now()")
            await super().on(*keys)

    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")
            identity = harness.registry.identity_of_token(ada.token)
            assert identity is not None
            with pytest.raises(NotSignedIn):
                await harness.sessions._load(ada.token, identity, identity.find, Ending(harness.runtime.cache.generations))

    asyncio.run(run())


def test_a_public_route_that_needs_a_signed_in_person_refuses_an_anonymous_one(harness: Harness, tmp_path: Path) -> None:
    greetings = Module(name="greetings", about="Greet.", folder=tmp_path, routes=(show_greeting,))
    harness.registry = Registry((*MODULES, greetings))

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            assert (await harness.get("/api/v2/greetings/mine", by="ada")).json() == {"name": "Ada"}
            refused = await harness.get("/api/v2/greetings/mine")
            assert (refused.status_code, refused.json()["code"]) == (401, "not_logged_in")

    asyncio.run(run())
