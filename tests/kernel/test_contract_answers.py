"""What a route declares about its response, in a small module made for these tests: bytes with an ETag, and the number of queries."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from tests.harness import Harness

from phoenix.composition import MODULES
from phoenix.kernel.data.query import Query, query
from phoenix.kernel.module import Module, Slot
from phoenix.kernel.registry import Registry
from phoenix.kernel.web.answer import Answer, answer, tag_of
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.endpoint import get
from phoenix.kernel.web.rules import PUBLIC

ONE: Query[int] = query(int, "SELECT 1")


class Ship(Struct):
    name: str


@get("/api/v2/ships/answer", may=PUBLIC, queries=0)
async def show_answer(call: Call) -> Ship | Answer:
    """Answer with ready-made bytes."""
    del call
    return answer({"name": "Argo"}, version=7)


@get("/api/v2/ships/honest", may=PUBLIC, queries=1)
async def show_honest(call: Call) -> Ship:
    """Make as many queries as declared."""
    found: int = await call.db.one(ONE)
    return Ship(str(found))


@get("/api/v2/ships/greedy", may=PUBLIC, queries=0)
async def show_greedy(call: Call) -> Ship:
    """Make one query more than declared."""
    found: int = await call.db.one(ONE)
    return Ship(str(found))


async def load(call: Call) -> Mapping[str, Any]:
    return {"found": await call.db.one(ONE)}


def composed(harness: Harness, folder: Path, *slots: Slot) -> Harness:
    """Phoenix with the module of this test."""
    ships = Module(name="ships", about="Sail.", folder=folder, routes=(show_answer, show_honest, show_greedy), slots=slots)
    harness.registry = Registry((*MODULES, ships))
    return harness


TAG = tag_of(b'{"name":"Argo"}', 7)
TAGS = [(TAG, 304), (f"W/{TAG}", 304), (f'"6", {TAG}', 304), ("*", 304), ('"7"', 200), (TAG.strip('"'), 200)]


def test_bytes_are_sent_unchanged_unless_the_client_has_them_cached(harness: Harness, tmp_path: Path) -> None:
    async def run() -> None:
        async with composed(harness, tmp_path):
            found = await harness.get("/api/v2/ships/answer")
            assert (found.status_code, found.content, found.headers["etag"]) == (200, b'{"name":"Argo"}', TAG)
            assert (found.headers["cache-control"], found.headers["vary"]) == (
                "private, no-cache",
                "Authorization, Cookie, Accept-Encoding",
            )
            for tag, status in TAGS:
                again = await harness.get("/api/v2/ships/answer", headers={"If-None-Match": tag})
                assert (again.status_code, again.content) == (status, b"" if status == 304 else found.content), tag
                assert again.headers["etag"] == (tag if tag == f"W/{TAG}" else TAG)

    asyncio.run(run())


def test_a_route_that_makes_more_queries_than_it_declares_fails(harness: Harness, tmp_path: Path) -> None:
    async def run() -> None:
        async with composed(harness, tmp_path):
            assert (await harness.get("/api/v2/ships/honest")).status_code == 200
            assert (await harness.get("/api/v2/ships/greedy")).status_code == 500

    asyncio.run(run())


@pytest.mark.parametrize(("declared", "status"), [(1, 200), (0, 500)], ids=["honest", "greedy"])
def test_a_page_fails_if_its_slot_makes_more_queries_than_declared(harness: Harness, tmp_path: Path, declared: int, status: int) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/slot.html").write_text("<p>{{ slot.found }}</p>")

    async def run() -> None:
        # The page and our own slots use up the queries that they declare, so any further query of a slot is too many.
        async with composed(harness, tmp_path, Slot("security", "ships/slot.html", load, queries=declared)):
            await harness.person("ada")
            assert (await harness.get("/settings/security", by="ada")).status_code == status

    asyncio.run(run())
