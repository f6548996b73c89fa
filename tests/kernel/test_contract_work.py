"""What a module declares about sockets, readiness and metrics, through small modules composed here."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import socketio
import uvicorn
from tests.harness import Harness
from tests.modules.admin.panel import Panel
from tests.waiting import until

from phoenix.app import Phoenix
from phoenix.composition import MODULES
from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.keys import ACCOUNT
from phoenix.kernel.data.events import Event
from phoenix.kernel.module import Check, EventGroup, EventKind, Metric, Module, SocketRule
from phoenix.kernel.realtime.sockets import Sockets
from phoenix.kernel.registry import Registry, RegistryError
from phoenix.kernel.runtime import Runtime


class Rung(Event, frozen=True, kind="bell.rung"):
    """The bell was rung."""


@dataclass(slots=True)
class Rules:
    """The module's decisions about sockets, which a test can set, and the accounts it was asked about."""

    refused: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, int | None]] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    locked: set[str] = field(default_factory=set)
    fails: bool = False
    problem: str = ""
    broken: bool = False
    figure: float = 0

    async def join(self, runtime: Runtime, actor: Actor) -> Sequence[str]:
        del runtime
        if self.fails:
            raise ValueError("on purpose")
        self.joined.append(actor.record.name)
        rooms = [f"reader:{actor.record.name}", "everyone", *(f"tower:{membership.slug}" for membership in actor.memberships)]
        return [room for room in rooms if room not in self.locked]

    async def replay(self, runtime: Runtime, actor: Actor, number: int | None) -> Sequence[tuple[str, Any]]:
        del runtime
        self.asked.append((actor.record.name, number))
        return [("missed", {"after": number}), ("missed", {"last": True})]

    async def refuse(self, runtime: Runtime, actor: Actor) -> str:
        del runtime
        return self.refused.get(actor.record.name, "")

    async def probe(self, runtime: Runtime) -> str:
        del runtime
        if self.broken:
            raise OSError("on purpose")
        return self.problem

    async def read(self, runtime: Runtime) -> float:
        del runtime
        return self.figure


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest.fixture
def ringing(harness: Harness, rules: Rules, tmp_path: Path) -> Harness:
    rings = Module(
        name="bell",
        about="Rings.",
        folder=tmp_path,
        sockets=(SocketRule(join=rules.join, replay=rules.replay), SocketRule(refuse=rules.refuse)),
        checks=(Check("bell", "Whether it rings", rules.probe, readiness=True), Check("rope", "Whether it is there", always_wrong)),
        metrics=(
            Metric("phoenix_bell_rung", "How often it rang", rules.read, "counter"),
            Metric("phoenix_bell_height", "How high it hangs", rules.read),
        ),
    )
    harness.registry = Registry((*MODULES, rings))
    return harness


async def always_wrong(runtime: Runtime) -> str:
    del runtime
    return "The rope is gone."


def phoenix_of(ringing: Harness) -> Phoenix:
    assert ringing._phoenix is not None
    return ringing._phoenix


def sockets_of(ringing: Harness) -> Sockets:
    sockets = phoenix_of(ringing).sockets
    assert sockets is not None
    return sockets


@contextlib.asynccontextmanager
async def served(ringing: Harness) -> AsyncIterator[str]:
    """The harness's application on a real port, for tests that need a real socket."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(phoenix_of(ringing), lifespan="off", log_config=None))
        serving = asyncio.create_task(server.serve([listening]))
        try:
            await until(lambda: server.started)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


class RefusedError(Exception):
    """The server refused a socket; the message is its reason."""


@contextlib.asynccontextmanager
async def connected(url: str, token: str, **auth: Any) -> AsyncIterator[list[tuple[str, Any]]]:
    """An open socket, and the events that it has received so far."""
    client, told = socketio.AsyncClient(reconnection=False), list[tuple[str, Any]]()
    for event in ("missed", "rung", "socket_refused", "disconnect"):
        client.on(event, lambda *data, event=event: told.append((event, *data)))
    reasons: list[str] = []
    client.on("connect_error", lambda data: reasons.append(data["message"]))
    try:
        await client.connect(url, auth={"token": token, **auth}, transports=["websocket"])
    except socketio.exceptions.ConnectionError as error:
        raise RefusedError(*reasons) from error
    try:
        yield told
    finally:
        await client.disconnect()


def test_a_socket_joins_the_rooms_of_modules_and_receives_missed_messages(ringing: Harness, rules: Rules) -> None:
    async def run() -> None:
        async with ringing, served(ringing) as url:
            for name in ("ada", "bo"):
                await ringing.person(name)
            tokens = {name: ringing.people[name].token for name in ("ada", "bo")}
            async with connected(url, tokens["ada"], last_number=7) as ada, connected(url, tokens["bo"]) as bo:
                await until(lambda: len(ada) == len(bo) == 2)
                assert ada == [("missed", {"after": 7}), ("missed", {"last": True})]
                assert bo[0] == ("missed", {"after": None})
                assert rules.asked == [("Ada", 7), ("Bo", None)]
                server = sockets_of(ringing).server
                await server.emit("rung", "ada alone", room="reader:Ada")
                await server.emit("rung", "all", room="everyone")
                await until(lambda: ("rung", "all") in ada and ("rung", "all") in bo)
                assert ("rung", "ada alone") in ada
                assert ("rung", "ada alone") not in bo

    asyncio.run(run())


@pytest.mark.parametrize("number", [-1, 2**62, "7", True, 1.5], ids=str)
def test_an_invalid_last_number_is_ignored(ringing: Harness, rules: Rules, number: Any) -> None:
    async def run() -> None:
        async with ringing, served(ringing) as url:
            ada = await ringing.person("ada")
            async with connected(url, ada.token, last_number=number):
                await until(lambda: rules.asked)
                assert rules.asked == [("Ada", None)]

    asyncio.run(run())


def test_a_socket_is_refused_with_the_reason_that_the_module_gives(ringing: Harness, rules: Rules) -> None:
    async def run() -> None:
        async with ringing, served(ringing) as url:
            for name in ("ada", "bo"):
                await ringing.person(name)
            rules.refused["Bo"] = "too_many_bells"
            with pytest.raises(RefusedError, match="too_many_bells"):
                async with connected(url, ringing.people["bo"].token):
                    pass
            assert rules.asked == [], "a refused socket is not sent what it missed"
            assert sockets_of(ringing).count == 0
            async with connected(url, ringing.people["ada"].token) as told:
                await until(lambda: told)
            with pytest.raises(RefusedError, match="not_logged_in"):
                async with connected(url, "pho_of_nobody"):
                    pass

    asyncio.run(run())


async def ring(ringing: Harness, room: str, *listeners: list[Any]) -> None:
    """Ring in a room, and wait until whoever listens in the room `everyone` has heard all that was sent before."""
    server, mark = sockets_of(ringing).server, f"after {room}"
    await server.emit("rung", room, room=room)
    await server.emit("rung", mark, room="everyone")
    await until(lambda: all(("rung", mark) in told for told in listeners))


async def is_heard(ringing: Harness, room: str, told: list[Any], *, expected: bool) -> None:
    """Wait until a ring in a room is heard, or no longer is."""
    async with asyncio.timeout(15):
        heard = not expected
        while heard != expected:
            told.clear()
            await ring(ringing, room, told)
            heard = ("rung", room) in told


async def something_changed(ringing: Harness, name: str) -> None:
    """As a module does that ends what entitles someone to a room."""
    async with ringing.runtime.database.transaction() as tx:
        tx.invalidate(ACCOUNT(ringing.people[name].id))


def test_a_room_of_a_module_is_left_with_the_membership_that_opened_it(ringing: Harness, rules: Rules) -> None:
    async def run() -> None:
        async with ringing, served(ringing) as url:
            ember = await ringing.organisation("ember", ada="owner", bo="member")
            tokens = {name: ringing.people[name].token for name in ("ada", "bo")}
            async with connected(url, tokens["ada"]) as ada, connected(url, tokens["bo"]) as bo:
                await ring(ringing, "tower:ember", ada, bo)
                assert ("rung", "tower:ember") in bo
                assert (
                    await ringing.delete(f"/api/v2/organisations/{ember}/members/{ringing.people['bo'].id}", by="ada")
                ).status_code == 204
                await is_heard(ringing, "tower:ember", bo, expected=False)
                await is_heard(ringing, "tower:ember", ada, expected=True)

    asyncio.run(run())


def test_rooms_of_modules_are_asked_for_again_only_after_a_change(ringing: Harness, rules: Rules) -> None:
    """What the rule goes by can be the module's own: it says that something changed. Nothing is asked twice about the same."""

    async def run() -> None:
        async with ringing, served(ringing) as url:
            for name in ("ada", "bo"):
                await ringing.person(name)
            tokens = {name: ringing.people[name].token for name in ("ada", "bo")}
            async with connected(url, tokens["ada"]) as ada, connected(url, tokens["bo"]) as bo:
                rules.locked.add("reader:Ada")
                for opened in list(sockets_of(ringing)._open.values()):
                    await sockets_of(ringing)._check(opened)
                assert sorted(rules.joined) == ["Ada", "Bo"]
                await something_changed(ringing, "ada")
                await is_heard(ringing, "reader:Ada", ada, expected=False)
                rules.locked.clear()
                await something_changed(ringing, "ada")
                await is_heard(ringing, "reader:Ada", ada, expected=True)
                await ring(ringing, "everyone", bo)
                assert rules.joined.count("Bo") == 1

    asyncio.run(run())


@pytest.mark.parametrize("how", ["refused", "cannot be asked"])
def test_an_open_socket_is_cut_once_a_module_refuses_it_or_cannot_be_asked(ringing: Harness, rules: Rules, how: str) -> None:
    async def run() -> None:
        async with ringing, served(ringing) as url:
            for name in ("ada", "bo"):
                await ringing.person(name)
            tokens = {name: ringing.people[name].token for name in ("ada", "bo")}
            async with connected(url, tokens["ada"]) as ada, connected(url, tokens["bo"]) as bo:
                rules.refused["Bo"] = "bell_taken_away" if how == "refused" else ""
                rules.fails = how != "refused"
                await something_changed(ringing, "bo")
                await until(lambda: any(told[0] == "disconnect" for told in bo))
                assert (("socket_refused", {"reason": "bell_taken_away"}) in bo) == (how == "refused")
                assert sockets_of(ringing).count == 1
                await ring(ringing, "everyone", ada)
                assert ("rung", "everyone") not in bo

    asyncio.run(run())


def test_only_readiness_checks_decide_whether_phoenix_is_ready(ringing: Harness, rules: Rules) -> None:
    async def run() -> None:
        async with ringing:
            assert (await ringing.get("/readyz")).status_code == 200, "the check of the rope does not affect readiness"
            rules.problem = "The bell is cracked. Cast a new one."
            answer = await ringing.get("/readyz")
            assert (answer.status_code, answer.json()["detail"]) == (503, rules.problem)
            assert (await ringing.get("/healthz")).status_code == 200, "a process that is not ready is still alive"
            rules.problem = ""
            assert (await ringing.get("/readyz")).json()["status"] == "ok"
            rules.broken = True
            answer = await ringing.get("/readyz")
            assert (answer.status_code, answer.json()["detail"]) == (503, "The check bell could not be made. The log says why.")

    asyncio.run(run())


def test_all_checks_are_among_the_metrics(ringing: Harness, rules: Rules) -> None:
    async def run() -> None:
        async with ringing, Panel(ringing) as panel:
            text = (await panel.get("/metrics")).text
            assert 'phoenix_check{check="bell"} 1\nphoenix_check{check="rope"} 0\n' in text
            rules.broken = True
            assert 'phoenix_check{check="bell"} 0\n' in (await panel.get("/metrics")).text

    asyncio.run(run())


def test_metrics_of_modules_are_on_the_admin_listener_only(ringing: Harness, rules: Rules) -> None:
    async def run() -> None:
        async with ringing, Panel(ringing) as panel:
            rules.figure = 2.5
            text = (await panel.get("/metrics")).text
            counter = "# HELP phoenix_bell_rung How often it rang\n# TYPE phoenix_bell_rung counter\nphoenix_bell_rung 2.5\n"
            assert counter in text
            assert "# TYPE phoenix_bell_height gauge\nphoenix_bell_height 2.5\n" in text
            rules.figure = 1_000_000
            assert "phoenix_bell_rung 1e+06\n" in (await panel.get("/metrics")).text
            assert (await ringing.get("/metrics")).status_code == 404

    asyncio.run(run())


@pytest.mark.parametrize(
    ("what", "declared"),
    [
        ("check", {"checks": (Check("bell", "", always_wrong),)}),
        ("metric", {"metrics": (Metric("bell", "", always_wrong),)}),  # type: ignore[arg-type]
    ],
)
def test_two_modules_with_the_same_name_are_refused(tmp_path: Path, what: str, declared: dict[str, Any]) -> None:
    with pytest.raises(RegistryError, match=f"the same {what}: bell"):
        Registry((Module("one", "", tmp_path, **declared), Module("two", "", tmp_path, **declared)))


def test_an_event_group_must_be_declared_exactly_once(tmp_path: Path) -> None:
    events = (EventKind(Rung, act=None, group="bells"),)
    with pytest.raises(RegistryError, match=r"bell\.rung, which is in the group bells, which no module declares"):
        Registry((Module("bell", "", tmp_path, events=events),))
    groups = (EventGroup("bells", "Bells"),)
    with pytest.raises(RegistryError, match="the same event group: bells"):
        Registry((Module("bell", "", tmp_path, event_groups=groups), Module("other", "", tmp_path, event_groups=groups)))
