"""What a module declares about sockets: rooms to join, what was missed, and whom to refuse."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.harness import Harness
from tests.kernel.ringing import RefusedError, Rules, connected, served, sockets_of
from tests.waiting import until

from phoenix.kernel.cache.keys import ACCOUNT


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
