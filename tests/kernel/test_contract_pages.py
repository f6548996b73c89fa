"""What a module declares about pages, through small modules composed here: slots, sources, assets, first actions, groups, bodies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from tests.harness import Harness

from phoenix.composition import MODULES
from phoenix.kernel.data.events import Event
from phoenix.kernel.data.query import Query, query
from phoenix.kernel.module import EventGroup, EventKind, FirstAction, Module, Permission, Slot, Sources
from phoenix.kernel.registry import Registry
from phoenix.kernel.web.call import Call, Download
from phoenix.kernel.web.endpoint import get, post
from phoenix.kernel.web.pages import Plain, Raw, View, form, page
from phoenix.kernel.web.rules import PUBLIC
from phoenix.kernel.web.slots import fill

MOST = 64
ONE: Query[int] = query(int, "SELECT 1")
OWN_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


class Pinned(Event, frozen=True, kind="board.pinned"):
    """Something was pinned to the board."""


class Taken(Struct):
    """The body that arrived."""

    length: int
    kind: str


@page("/board", may=PUBLIC, queries=0, slots=("board",))
async def show_board(call: Call) -> View:
    return View("board/page.html", {"places": await fill(call, "board")})


@page("/board/bare", may=PUBLIC, queries=0, slots=("board.unknown",))
async def show_bare(call: Call) -> View:
    return View("board/page.html", {"places": await fill(call, "board.unknown")})


@page("/board/raw", may=PUBLIC, queries=0)
async def show_raw(call: Call) -> Raw:
    del call
    return Raw("<style>p { color: red }</style>", OWN_POLICY)


@page("/board/plain", may=PUBLIC, queries=0)
async def show_plain(call: Call) -> Plain:
    del call
    return Plain("User-agent: *\n", "text/plain")


@get("/api/v2/board/file", may=PUBLIC, queries=0)
async def fetch(call: Call) -> Download:
    """Answer with a file."""
    del call
    return Download(b"\x00\x01", "application/octet-stream", "board.bin")


@post("/api/v2/board/hook", may=PUBLIC, queries=0, body_most=MOST)
async def hook(call: Call) -> Taken:
    """Take the raw body of another service, whose signature is over its bytes."""
    body = await call.request.body()
    return Taken(len(body), call.request.headers.get("content-type", ""))


@post("/api/v2/board/large", may=PUBLIC, queries=0, body_most=3 * 1024 * 1024)
async def large(call: Call) -> Taken:
    """Take a larger body than usual."""
    return Taken(len(await call.request.body()), "")


@post("/api/v2/board/usual", may=PUBLIC, queries=0)
async def usual(call: Call) -> Taken:
    """Take a body of the usual size."""
    return Taken(len(await call.request.body()), "")


@form("/board", may=PUBLIC, queries=0, body_most=2048)
async def send_board(call: Call) -> Plain:
    return Plain(call.form.get("text", ""), "text/plain")


ROUTES = (show_board, show_bare, show_raw, show_plain, fetch, hook, large, usual, send_board)


async def load_late(call: Call) -> Mapping[str, Any]:
    rows: int = await call.db.one(ONE)
    return {"keys": f"late, {rows} row", "path": call.request.scope["path"]}


async def load_early(_: Call) -> Mapping[str, Any]:
    return {"keys": "early & <b>"}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """Phoenix with a module that has a slot on its page, and two modules that fill it."""
    board, notes, polls = (tmp_path_factory.mktemp(name) for name in ("board", "notes", "polls"))
    write(board / "templates/page.html", PAGE)
    write(board / "templates/feed.html", "<li>pinned</li>")
    write(notes / "templates/late.html", "<li>{{ slot.keys }} at {{ slot.path }}</li>")
    write(polls / "templates/early.html", "<li>{{ slot.keys }}</li>")
    write(polls / "assets/poll.css", "p { color: red }")
    modules = (
        Module(
            name="board",
            about="A page with a place.",
            folder=board,
            routes=ROUTES,
            places=("board", "board.unknown"),
            permissions=(Permission("board.pin", "Pin to the board"),),
            roles={"owner": frozenset({"board.pin"})},
            events=(EventKind(Pinned, "{actor} pinned it", act=None, feed="board/feed.html", group="boards", permission="board.pin"),),
            event_groups=(EventGroup("boards", "Boards"),),
            first_actions=(FirstAction("Pin something", "Pin the first thing", "plus", "/o/{organisation}/board/new", "board.pin"),),
        ),
        Module(
            name="notes",
            about="Fills a place, with a query of its own.",
            folder=notes,
            slots=(Slot("board", "notes/late.html", load_late, queries=1, order=60),),
            sources=Sources(scripts=("https://js.notes.test",), frames=("https://frames.notes.test",)),
        ),
        Module(
            name="polls",
            about="Fills the same place, before the other.",
            folder=polls,
            slots=(Slot("board", "polls/early.html", load_early, order=40),),
            sources=Sources(
                scripts=("https://js.polls.test", "https://js.notes.test"),
                connections=("https://api.polls.test",),
                images=("https://images.polls.test",),
            ),
        ),
    )
    # The board comes before entries, so that its first action comes before theirs.
    at = [module.name for module in MODULES].index("entries")
    return Registry((*MODULES[:at], modules[0], *MODULES[at:], *modules[1:]))


PAGE = "<ul>{% for filled in places %}{% with slot=filled.context %}{% include filled.template %}{% endwith %}{% endfor %}</ul>"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


@pytest.fixture
def board(harness: Harness, registry: Registry) -> Harness:
    harness.registry = registry
    return harness


def test_slots_are_filled_in_order_with_their_loaded_data(board: Harness) -> None:
    async def run() -> None:
        async with board:
            shown = await board.get("/board")
            assert shown.status_code == 200, "the queries of a slot add to the budget of its page"
            assert shown.text == "<ul><li>early &amp; &lt;b&gt;</li><li>late, 1 row at /board</li></ul>"
            assert (await board.get("/board/bare")).text == "<ul></ul>"

    asyncio.run(run())


def test_the_security_policy_has_the_sources_of_all_modules_once_in_the_right_directive(board: Harness) -> None:
    async def run() -> None:
        async with board:
            policy = (await board.get("/board")).headers["content-security-policy"]
            parts = {name: values for name, *values in (part.split() for part in policy.split(";"))}
            assert parts["script-src"] == ["'self'", "https://js.notes.test", "https://js.polls.test"]
            assert parts["frame-src"] == ["https://frames.notes.test"]
            assert parts["connect-src"][1:] == ["https://api.polls.test"]
            assert parts["img-src"][-1] == "https://images.polls.test"
            assert parts["default-src"] == ["'none'"]

    asyncio.run(run())


def test_assets_are_served_under_an_address_that_names_their_content(board: Harness, registry: Registry) -> None:
    async def run() -> None:
        async with board:
            address = board.app.templates.asset("polls/poll.css")
            assert address.startswith("/assets/polls/poll.css?")
            answer = await board.get(address)
            assert (answer.status_code, answer.text) == (200, "p { color: red }")
            assert answer.headers["content-type"].startswith("text/css")
            assert answer.headers["cache-control"] == "max-age=31536000, public, immutable"
            assert answer.headers["x-content-type-options"] == "nosniff"
            write(registry.asset_folders["polls"] / "poll.css", "p { color: blue }")
            assert board.app.templates.asset("polls/poll.css") != address, "other content needs another address"
            for path in ("/assets/polls/other.css", "/assets/polls/../templates/early.html", "/assets/notes/late.html"):
                assert (await board.get(path)).status_code == 404, path
            write(registry.asset_folders["polls"] / "poll.css", "p { color: red }")

    asyncio.run(run())


def test_the_first_action_that_the_reader_may_do_is_shown(board: Harness) -> None:
    async def run() -> None:
        async with board:
            await board.organisation("ember", ada="owner", bo="member", cy="viewer")
            shown = {name: (await board.get("/o/ember/feed", by=name)).text for name in ("ada", "bo", "cy")}
            assert 'href="/o/ember/board/new"' in shown["ada"]
            assert "Pin something" in shown["ada"]
            assert "Pin the first thing" in shown["ada"], "it is shown in the empty feed"
            assert "New entry" not in shown["ada"], "only one is shown"
            assert "/board/new" not in shown["bo"]
            assert "New entry" in shown["bo"], "the next action that they may perform is shown"
            assert "/entries/new" not in shown["cy"]
            assert "/board/new" not in shown["cy"]

    asyncio.run(run())


def test_an_event_group_is_a_tab_of_the_feed_and_a_filter_of_the_api(board: Harness) -> None:
    async def run() -> None:
        async with board:
            ember = await board.organisation("ember", ada="owner")
            await board.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": "t"})
            async with board.runtime.database.transaction(actor=board.people["ada"].id) as tx:
                tx.record(Pinned(organisation=ember, subject="pin_1"))
            assert ">Boards<" in (await board.get("/o/ember/feed", by="ada")).text

            async def kinds(**wanted: str) -> list[str]:
                answer = await board.get("/api/v2/feed", by="ada", params={"organisation": ember, **wanted})
                return [item["kind"] for item in answer.json()["items"]]

            assert await kinds() == ["board.pinned", "entries.posted"]
            assert await kinds(kind="boards") == ["board.pinned"]
            assert await kinds(kind="entries") == ["entries.posted"]

    asyncio.run(run())


def test_a_route_can_take_a_raw_body_up_to_its_limit(board: Harness) -> None:
    async def run() -> None:
        async with board:
            sent = b"\x00\xff not text"
            taken = await board.post("/api/v2/board/hook", content=sent, headers={"Content-Type": "application/x-hook"})
            assert (taken.status_code, taken.json()) == (200, {"length": len(sent), "kind": "application/x-hook"})
            assert (await board.post("/api/v2/board/hook", content=b"x" * MOST)).status_code == 200
            assert (await board.post("/api/v2/board/hook", content=b"x" * (MOST + 1))).status_code == 413
            assert (await board.post("/api/v2/board/usual", content=b"x" * 1024 * 1024)).status_code == 200
            assert (await board.post("/api/v2/board/usual", content=b"x" * (1024 * 1024 + 1))).status_code == 413
            assert (await board.post("/api/v2/board/large", content=b"x" * 2 * 1024 * 1024)).json()["length"] == 2 * 1024 * 1024

    asyncio.run(run())


def test_the_size_of_a_chunked_body_is_limited(board: Harness) -> None:
    """A body without a Content-Length is counted while it arrives."""

    async def body(amount: int) -> AsyncIterator[bytes]:
        for _ in range(amount):
            yield b"x" * 16

    async def run() -> None:
        async with board:
            assert (await board.post("/api/v2/board/hook", content=body(MOST // 16))).json()["length"] == MOST
            assert (await board.post("/api/v2/board/hook", content=body(MOST // 16 + 1))).status_code == 413

    asyncio.run(run())


def test_the_size_of_a_form_is_limited(board: Harness) -> None:
    async def run() -> None:
        async with board:
            await board.get("/board")
            assert (await board.post("/board", data={"text": "x" * 4096})).status_code == 413

    asyncio.run(run())


def test_a_route_can_answer_with_its_own_body(board: Harness) -> None:
    async def run() -> None:
        async with board:
            raw = await board.get("/board/raw")
            assert raw.text == "<style>p { color: red }</style>"
            assert raw.headers["content-type"] == "text/html; charset=utf-8"
            assert raw.headers.get_list("content-security-policy") == [OWN_POLICY], "it replaces our header instead of adding one"
            plain = await board.get("/board/plain")
            assert (plain.text, plain.headers["content-type"]) == ("User-agent: *\n", "text/plain; charset=utf-8")
            file = await board.get("/api/v2/board/file")
            assert (file.content, file.headers["content-type"]) == (b"\x00\x01", "application/octet-stream")
            assert file.headers["content-disposition"] == 'attachment; filename="board.bin"'
            assert {answer.headers["cache-control"] for answer in (raw, plain, file)} == {"no-store"}

    asyncio.run(run())
