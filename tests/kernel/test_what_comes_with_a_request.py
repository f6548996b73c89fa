"""What comes with a request decides besides who sends it: where it comes from, whether anyone looked, and how much disk space is left."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from msgspec import Struct
from tests.harness import Harness
from tests.modules.organisations.deleting import close

from phoenix.composition import MODULES
from phoenix.kernel.data.disk_space import DiskSpace
from phoenix.kernel.module import Module
from phoenix.kernel.registry import Registry
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.csrf import token_for
from phoenix.kernel.web.endpoint import delete, get, post
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN

ELSEWHERE = {"Origin": "https://elsewhere.test"}
SESSION = "phoenix_session"


class Name(Struct):
    name: str


@get("/api/v2/shelves", may=SIGNED_IN, queries=0)
async def look(call: Call) -> Name:
    """Read."""
    return Name(call.actor.record.name)


@post("/api/v2/shelves", may=SIGNED_IN, queries=0)
async def fill(call: Call) -> Name:
    """Write."""
    return Name(call.actor.record.name)


@delete("/api/v2/shelves", may=SIGNED_IN, queries=0)
async def clear(call: Call) -> None:
    """Delete."""


@post("/api/v2/shelves/clearance", may=SIGNED_IN, frees=True, queries=0)
async def clear_all(call: Call) -> None:
    """Free disk space by a form, as it were."""


@get("/api/v2/window", may=PUBLIC, queries=0)
async def look_in(call: Call) -> Name:
    """Read, by anyone."""
    return Name(call.user.name if call.user else "nobody")


@post("/api/v2/letterbox", may=PUBLIC, cross_site=True, queries=0)
async def receive(call: Call) -> Name:
    """What another site may send."""
    return Name(call.user.name if call.user else "nobody")


@pytest.fixture
def harness(harness: Harness, tmp_path: Path) -> Harness:
    shop = Module(name="shop", about="A shop.", folder=tmp_path, routes=(look, fill, clear, clear_all, look_in, receive))
    harness.registry = Registry((*MODULES, shop))
    return harness


def code_of(answer: httpx.Response) -> str:
    return str(answer.json()["code"]) if answer.status_code >= 400 else ""


def test_on_an_almost_full_disk_only_what_makes_more_is_refused(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")

            async def statuses() -> list[int]:
                asked = (("GET", ""), ("HEAD", ""), ("DELETE", ""), ("POST", "/clearance"), ("POST", ""))
                return [(await harness.request(method, f"/api/v2/shelves{path}", by="ada")).status_code for method, path in asked]

            assert await statuses() == [200, 200, 204, 204, 200]
            harness.runtime.disk_space = DiskSpace((harness.place.folder,), warn=2048, refuse=256, free=lambda _: 0)
            assert await statuses() == [200, 200, 204, 204, 503]

    asyncio.run(run())


def test_another_site_can_send_only_what_it_may(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            assert code_of(await harness.post("/api/v2/shelves", by="ada")) == ""
            assert code_of(await harness.post("/api/v2/shelves", by="ada", headers=ELSEWHERE)) == "csrf_failed"
            assert code_of(await harness.get("/api/v2/shelves", by="ada", headers=ELSEWHERE)) == ""
            assert code_of(await harness.post("/api/v2/letterbox", headers=ELSEWHERE)) == ""

    asyncio.run(run())


def test_a_cookie_changes_something_only_with_the_token_of_a_page_of_its_person(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            ada, bo = await harness.person("ada"), await harness.person("bo")
            browser.cookies.set(SESSION, ada.token)
            assert (await browser.get("/api/v2/shelves")).json() == {"name": "Ada"}
            for sent in ({}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": token_for(harness.runtime, bo.id)}):
                assert code_of(await browser.post("/api/v2/shelves", headers=sent)) == "csrf_failed"
            sent = {"X-CSRF-Token": token_for(harness.runtime, ada.id)}
            assert (await browser.post("/api/v2/shelves", headers=sent)).json() == {"name": "Ada"}

    asyncio.run(run())


def test_a_page_of_someone_else_finds_nobody_signed_in_and_a_program_is_not_a_page(harness: Harness) -> None:
    async def run() -> None:
        async with harness, harness.new_client() as browser:
            ada, bo = await harness.person("ada"), await harness.person("bo")
            browser.cookies.set(SESSION, ada.token)
            for reader, name in ((ada.id, "Ada"), (bo.id, "nobody")):
                assert (await browser.get("/api/v2/window", headers={"X-Reader": reader})).json() == {"name": name}
            assert code_of(await browser.get("/api/v2/shelves", headers={"X-Reader": bo.id})) == "not_logged_in"
            assert (await harness.get("/api/v2/window", by="ada", headers={"X-Reader": bo.id})).json() == {"name": "Ada"}

    asyncio.run(run())


@pytest.mark.parametrize(
    ("method", "headers", "is_used"),
    [("GET", {}, True), ("GET", {"X-Unattended": "1"}, False), ("POST", {}, True), ("POST", {"X-Unattended": "1"}, True)],
)
def test_only_what_a_page_reads_by_itself_is_no_use_of_a_session(
    harness: Harness, method: str, headers: dict[str, str], *, is_used: bool
) -> None:
    async def run() -> None:
        async with harness:
            ada = await harness.person("ada")

            async def seen_at() -> object:
                await harness.sessions.flush()
                (row,) = await harness.sql("SELECT seen_at FROM sessions WHERE id = $1", ada.session)
                return row["seen_at"]

            before = await seen_at()
            harness.clock.advance(minutes=20)
            assert code_of(await harness.request(method, "/api/v2/shelves", by="ada", headers=headers)) == ""
            assert (await seen_at() != before) is is_used

    asyncio.run(run())


def test_an_organisation_that_is_about_to_be_deleted_can_be_read_and_not_changed(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            entry = {"organisation": ember, "title": "t"}
            made = (await harness.post("/api/v2/entries", by="ada", json=entry)).json()["id"]
            page = f"/o/ember/entries/{made}"
            assert f"{page}/edit" in (await harness.get(page, by="ada")).text
            await close(harness, ember)
            refused = await harness.post("/api/v2/entries", by="ada", json=entry)
            assert (refused.status_code, code_of(refused)) == (409, "organisation_closing")
            assert (await harness.get(f"/api/v2/entries/{made}", by="ada")).status_code == 200
            assert f"{page}/edit" not in (await harness.get(page, by="ada")).text

    asyncio.run(run())
