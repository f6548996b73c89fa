"""An open page does not keep its session alive, and a socket lasts as long as its session, whatever happens to the token. On the wire."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from tests.factors import bearer
from tests.harness import PASSWORD, REAUTHENTICATE, Harness
from tests.sockets import Live, Socket, live
from tests.source import ROOT
from tests.waiting import until

from phoenix.kernel.data.followers import read_after
from phoenix.kernel.realtime import sockets as realtime
from phoenix.kernel.web.session_reader import UNATTENDED, SessionReader

IDLE, KEPT_IDLE = 2 * 3600, 30 * 86_400
TOKEN_SECONDS = 900


@pytest.fixture(autouse=True)
def _no_watching(monkeypatch: pytest.MonkeyPatch) -> None:
    """The periodic check of sockets is off: each test runs it when it needs it."""
    monkeypatch.setattr(realtime, "CHECK_SECONDS", 86_400)


async def browser_token(harness: Harness) -> str:
    """The session of someone who signed in on the page, without staying signed in."""
    async with harness.new_client() as browser:
        page = await browser.get("/sign-in")
        csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
        await browser.post("/sign-in", data={"csrf": csrf, "email": "ada@example.com", "password": PASSWORD})
        return browser.cookies["phoenix_session"]


async def check(here: Live) -> None:
    """What the process does twice a second."""
    await here.sockets.check(here.only)


def said(socket: Socket, event: str) -> list[Any]:
    return [json.loads(text[2:])[1] for text in socket.texts if text.startswith(f'42["{event}"')]


def test_an_open_socket_does_not_keep_a_session_alive(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as here, AsyncExitStack() as stack:
            await harness.person("ada", password=True)
            token = await browser_token(harness)
            socket = await stack.enter_async_context(Socket(here))
            await socket.sign_in(token)
            for _minute in range(IDLE // 600):
                assert said(socket, "session_ended") == []
                await check(here)
                harness.clock.advance(seconds=600)
            await check(here)
            await socket.until(lambda: bool(said(socket, "session_ended")))
            assert said(socket, "session_ended") == [{"reason": "expired"}]
            assert (await harness.get("/api/v2/sessions", headers=bearer(token))).status_code == 401

    asyncio.run(run())


UNASKED = {UNATTENDED.decode(): "yes"}


@pytest.mark.parametrize("path", ["/api/v2/me", "/api/v2/feed?organisation={ember}", "/api/v2/organisations/{ember}"])
def test_no_use_of_a_key_is_hidden(harness: Harness, path: str) -> None:
    """What is asked twice is answered from memory the second time."""

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            made = await harness.post("/api/v2/api_keys", by="ada", json={"name": "n", "scopes": ["feed.read", "organisations.read"]})
            for _ in range(2):
                await harness.sql("UPDATE api_keys SET seen_at = NULL")
                harness.clock.advance(seconds=3600)
                headers = {**UNASKED, **bearer(made.json()["key"])}
                assert (await harness.get(path.replace("{ember}", ember), headers=headers)).status_code == 200
                await harness.sessions.flush()
                (row,) = await harness.sql("SELECT seen_at FROM api_keys")
                assert row["seen_at"] is not None

    asyncio.run(run())


@pytest.mark.parametrize("path", ["/api/v2/me", "/o/ember/feed/new?after=", "/o/ember/dashboard", "/api/v2/sessions"])
@pytest.mark.parametrize("asked", [True, False], ids=["someone opens it", "the page fetches it by itself"])
def test_what_a_page_fetches_by_itself_is_no_use_of_the_session(harness: Harness, path: str, asked: bool) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            await harness.organisation("ember", ada="owner")
            token = await browser_token(harness)
            headers = {**bearer(token), **({} if asked else UNASKED)}
            for _half_an_hour in range(IDLE // 1800 - 1):
                harness.clock.advance(seconds=1800)
                # Twice, since the second answer may come from memory.
                assert [(await harness.get(path, headers=headers)).status_code for _ in range(2)] == [200, 200]
            harness.clock.advance(seconds=1800)
            assert (await harness.get("/api/v2/sessions", headers=bearer(token))).status_code == (200 if asked else 401)

    asyncio.run(run())


def test_a_use_by_another_page_keeps_an_open_socket(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as here, AsyncExitStack() as stack:
            await harness.person("ada", password=True)
            token = await browser_token(harness)
            socket = await stack.enter_async_context(Socket(here))
            await socket.sign_in(token)
            for _half in range(4):
                harness.clock.advance(seconds=IDLE // 2)
                await check(here)
                assert (await harness.get("/api/v2/sessions", headers=bearer(token))).status_code == 200
            assert (len(here.sockets.open), said(socket, "session_ended")) == (1, [])

    asyncio.run(run())


def test_a_look_decides_by_the_moment_at_which_it_began(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check by the feed, which reads what was saved while another page uses the session and time goes on."""
    load = SessionReader._load

    async def slowly(reader: SessionReader, *args: Any) -> Any:
        actor = await load(reader, *args)
        harness.clock.advance(seconds=IDLE // 2)
        return actor

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            token = await browser_token(harness)
            harness.clock.advance(seconds=IDLE // 2)
            assert (await harness.get("/api/v2/sessions", headers=bearer(token))).status_code == 200
            harness.clock.advance(seconds=IDLE // 2)
            monkeypatch.setattr(SessionReader, "_load", slowly)
            assert await harness.sessions.look(token) is not None

    asyncio.run(run())


WAITING = "SELECT count(*) AS count FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"


def test_a_use_that_is_just_being_saved_keeps_the_session(harness: Harness) -> None:
    """Another task has taken the uses and not yet saved them: whoever asks now waits for it."""

    async def run() -> None:
        async with harness:
            await harness.person("ada", password=True)
            token = await browser_token(harness)
            harness.clock.advance(seconds=IDLE - 1)
            assert (await harness.get("/api/v2/sessions", headers=bearer(token))).status_code == 200

            async def is_waiting() -> bool:
                (row,) = await harness.sql(WAITING)
                return int(row["count"]) > 0

            async with harness.runtime.database.transaction() as tx:
                await (await tx.connection()).execute("LOCK TABLE sessions IN SHARE MODE")
                flush = asyncio.create_task(harness.sessions.flush())
                await until(is_waiting)
                harness.clock.advance(seconds=2)
                asked = asyncio.create_task(harness.sessions.look(token))
                done, _ = await asyncio.wait([asked], timeout=0.2)
            await flush
            assert (done, await asked is not None) == (set(), True)

    asyncio.run(run())


async def entries_sent(harness: Harness, here: Live, socket: Socket, organisation: str, title: str) -> bool:
    """Whether the socket is sent an entry that is posted now."""
    made = await harness.post("/api/v2/entries", by="bo", json={"organisation": organisation, "title": title})
    async with harness.runtime.database.reader() as db:
        await here.sockets.deliver([event for event in await read_after(db, (0, 0)) if event.subject == made.json()["id"]])
    for opened in list(here.sockets.open):
        opened.emit("mark", title)
    await socket.until(lambda: title in said(socket, "mark") or "41" in socket.texts)
    return any(message["subject"] == made.json()["id"] for message in said(socket, "feed"))


def test_a_socket_outlives_its_access_token_and_is_told(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as here, AsyncExitStack() as stack:
            await harness.person("ada", password=True)
            ember = await harness.organisation("ember", ada="owner", bo="member")
            made = (await harness.sign_in("ada")).json()
            socket = await stack.enter_async_context(Socket(here))
            await socket.sign_in(made["access_token"])
            harness.clock.advance(seconds=TOKEN_SECONDS - 1)
            await check(here)
            assert await entries_sent(harness, here, socket, ember, "before")
            assert said(socket, "token_expired") == []
            harness.clock.advance(seconds=1)
            for _ in range(3):
                await check(here)
            assert await entries_sent(harness, here, socket, ember, "after")
            assert said(socket, "token_expired") == [{"session": made["session"]}]
            assert said(socket, "session_ended") == []
            # The token itself is of no use any more, on a new socket neither.
            assert (await harness.get("/api/v2/me", headers=bearer(made["access_token"]))).status_code == 401
            again = await stack.enter_async_context(Socket(here))
            assert "not_logged_in" in await again.sign_in(made["access_token"])
            # The session ends: so does the socket, and it receives the reason.
            fresh = (await harness.post("/api/v2/sessions/refresh", json={"refresh_token": made["refresh_token"]})).json()
            ended = await harness.delete("/api/v2/sessions/current", headers=bearer(fresh["access_token"]))
            assert ended.status_code == 204
            await check(here)
            await socket.until(lambda: bool(said(socket, "session_ended")))
            assert said(socket, "session_ended") == [{"reason": "logged_out"}]

    asyncio.run(run())


def test_a_socket_whose_token_expired_ends_with_the_idle_limit(harness: Harness) -> None:
    async def run() -> None:
        async with harness, live(harness) as here, AsyncExitStack() as stack:
            await harness.person("ada", password=True)
            made = (await harness.sign_in("ada")).json()
            socket = await stack.enter_async_context(Socket(here))
            await socket.sign_in(made["access_token"])
            harness.clock.advance(seconds=KEPT_IDLE - 1)
            await check(here)
            assert said(socket, "session_ended") == []
            harness.clock.advance(seconds=1)
            await check(here)
            await socket.until(lambda: bool(said(socket, "session_ended")))
            assert said(socket, "session_ended") == [{"reason": "expired"}]

    asyncio.run(run())


def test_a_socket_with_replaced_tokens_is_told_that_they_expired_and_connects_again(harness: Harness) -> None:
    """Re-authentication replaces the tokens. Whoever has only the old one is cut, but nobody's session has ended."""

    async def run() -> None:
        async with harness, live(harness) as here, AsyncExitStack() as stack:
            await harness.person("ada", password=True)
            made = (await harness.sign_in("ada")).json()
            socket = await stack.enter_async_context(Socket(here))
            await socket.sign_in(made["access_token"])
            proof = {"method": "password", "code": PASSWORD}
            renewed = (await harness.post(REAUTHENTICATE, headers=bearer(made["access_token"]), json=proof)).json()
            await check(here)
            await socket.until(lambda: "41" in socket.texts)
            assert (said(socket, "token_expired"), said(socket, "session_ended")) == ([{"session": made["session"]}], [])
            assert len(here.sockets.open) == 0
            # On the same connection.
            before = len(socket.texts)
            await socket.say("40" + json.dumps({"token": renewed["access_token"]}))
            await socket.until(lambda: any(text.startswith("40") for text in socket.texts[before:]))
            assert len(here.sockets.open) == 1

    asyncio.run(run())


def templates() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "src/phoenix").rglob("*.html")):
        for tag in re.findall(r"<[^>]*hx-trigger=[^>]*>", path.read_text(encoding="utf-8")):
            yield str(path.relative_to(ROOT)), tag


BY_A_PERSON = re.compile(r'hx-trigger="(click|submit|change|input|keyup|search)\b')


def test_every_element_that_fetches_by_itself_says_so() -> None:
    silent = [where for where, tag in templates() if not BY_A_PERSON.search(tag) and "X-Unattended" not in tag]
    assert silent == []


def test_every_script_that_fetches_by_itself_says_so() -> None:
    """The scripts that listen to a socket are those that `live.ts` imports."""
    names = re.findall(r'from "\./parts/([\w-]+)"', (ROOT / "web/live.ts").read_text(encoding="utf-8"))
    assert "live-feed" in names
    for name in names:
        text = (ROOT / f"web/parts/{name}.ts").read_text(encoding="utf-8")
        assert text.count("await fetch(") == text.count('"X-Unattended"'), name
