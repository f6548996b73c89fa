"""A form over its limit: from an anonymous sender not one byte is read; a signed-in person gets back what they typed."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from litestar.handlers import HTTPRouteHandler
from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.app import Phoenix
from phoenix.composition import MODULES
from phoenix.kernel.actor import ListenerName
from phoenix.kernel.cache.limits import Limit
from phoenix.kernel.errors import TooManyRequests
from phoenix.kernel.module import Module
from phoenix.kernel.registry import Registry
from phoenix.kernel.web import authorisation
from phoenix.kernel.web.call import Call
from phoenix.kernel.web.csrf import token_for
from phoenix.kernel.web.pages import Redirect, View, form, page
from phoenix.kernel.web.rules import PUBLIC

ADDRESS = "127.0.0.1"
LIMITED = [route for module in MODULES for route in module.routes if route.opt["rule"].limits and route.http_methods == {"POST"}]
SCARCE = Limit("board", 1, 60)
MOST = 2048


@page("/board", may=PUBLIC, queries=0)
async def show_board(call: Call) -> View:
    del call
    return View("board/page.html")


@form("/board", may=PUBLIC, queries=0, limits=(SCARCE,), retry=show_board, body_most=MOST)
async def send_board(call: Call) -> Redirect:
    del call
    return Redirect("/board")


@pytest.fixture
def board(harness: Harness, tmp_path: Path) -> Harness:
    """Phoenix with a form that can be sent once a minute."""
    folder = tmp_path / "board/templates"
    folder.mkdir(parents=True)
    (folder / "page.html").write_text("<p>{{ problem }}</p><textarea>{{ form.text }}</textarea>")
    board = Module(name="board", about="Has a form.", folder=folder.parent, routes=(show_board, send_board))
    harness.registry = Registry((*MODULES, board))
    return harness


async def status_unread(app: Phoenix, host: str, path: str) -> int:
    """The status of a POST whose body must not be read."""
    answered: list[int] = []

    async def receive() -> Any:
        raise AssertionError(f"the body of POST {path} was read")

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answered.append(message["status"])

    headers = [(b"host", host.encode()), (b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", b"1000000")]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http", "path": path,
        "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers, "client": (ADDRESS, 1),
        "server": ("phoenix.test", 80),
    }  # fmt: skip
    await app(scope, receive, send)
    return answered[0]


async def use_up(harness: Harness, route: HTTPRouteHandler) -> None:
    for limit in route.opt["rule"].limits:
        for _ in range(limit.amount):
            await harness.runtime.limiter.hit(limit, ADDRESS)


def test_an_anonymous_form_over_its_limit_is_refused_before_its_body_is_read(harness: Harness) -> None:
    async def run() -> None:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(harness)
            panel = await stack.enter_async_context(Panel(harness))
            apps: dict[ListenerName, tuple[Phoenix | None, str]] = {
                "public": (harness._phoenix, "phoenix.test"),
                "admin": (panel.app, "127.0.0.1:8020"),
            }
            tried = 0
            for route in LIMITED:
                await use_up(harness, route)
                for name in route.opt["rule"].listeners:
                    app, host = apps[name]
                    assert app is not None
                    assert await status_unread(app, host, min(route.paths).replace("{provider:str}", "acme")) == 429
                    tried += 1
            assert tried > 40

    asyncio.run(run())


def test_a_signed_in_person_gets_back_what_they_typed(board: Harness) -> None:
    async def run() -> None:
        async with board:
            ada = await board.person("ada")
            sent = {"text": "Long thoughts", "csrf": token_for(board.runtime, ada.id)}
            assert (await board.post("/board", by="ada", data=sent)).status_code == 303
            sent["csrf"] = token_for(board.runtime, ada.id)
            again = await board.post("/board", by="ada", data=sent)
            assert again.status_code == 429
            assert again.headers["retry-after"]
            assert "<p>Too many attempts. Try again in" in again.text
            assert "<textarea>Long thoughts</textarea>" in again.text
            # Over the limit or not, no more is read than the form's maximum size.
            assert (await board.post("/board", by="ada", data={**sent, "text": "x" * MOST})).status_code == 413

    asyncio.run(run())


def test_the_form_of_a_signed_in_person_also_has_a_deadline(board: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authorisation, "BODY_SECONDS", 0.0)

    async def slowly() -> Any:
        await asyncio.Event().wait()
        yield b""

    async def run() -> None:
        async with board:
            await board.person("ada")
            await board.runtime.limiter.hit(SCARCE, "203.0.113.7")
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            assert (await board.post("/board", by="ada", content=slowly(), headers=headers)).status_code == 408

    asyncio.run(run())


def test_a_sender_with_an_invalid_token_is_treated_as_anonymous(board: Harness) -> None:
    async def run() -> None:
        async with board:
            await board.runtime.limiter.hit(SCARCE, "203.0.113.7")
            answer = await board.post("/board", data={"text": "Long thoughts"}, headers={"Authorization": f"Bearer {'x' * 40}"})
            assert answer.status_code == 429
            assert "Long thoughts" not in answer.text

    asyncio.run(run())


def test_every_form_of_a_signed_in_person_over_its_limit_says_so(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those whose work costs much, which cannot be declared without a limit."""

    async def refuse(*_: object) -> None:
        raise TooManyRequests(retry_after=60)

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            data = {"csrf": token_for(harness.runtime, harness.people["ada"].id)}
            monkeypatch.setattr(harness.runtime.limiter, "require", refuse)
            found = {}
            for route in LIMITED:
                if "public" in route.opt["rule"].listeners:
                    path = min(route.paths).replace("{slug:str}", "ember")
                    if not path.startswith("/api/") and "{" not in path:
                        found[path] = (await harness.post(path, by="ada", data=data)).status_code
            # Pages of sign-in send those on who are signed in.
            assert {path: status for path, status in found.items() if status not in {303, 404, 429}} == {}
            assert list(found.values()).count(429) > 5

    asyncio.run(run())
