"""What a module declares about sockets: rooms to join, what was missed, and whom to refuse."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.harness import Harness
from tests.kernel.ringing import RefusedError, Rules, connected
from tests.sockets import Live, live
from tests.waiting import until

from phoenix.kernel.cache.keys import ACCOUNT


def missed(told: list[tuple[str, Any]]) -> list[Any]:
    return [payload for event, payload in told if event == "missed"]


def test_a_socket_joins_the_rooms_of_modules_and_receives_missed_messages(ringing: Harness, rules: Rules) -> None:
    async def run() -> None:
        async with ringing, live(ringing) as here:
            for name in ("ada", "bo"):
                await ringing.person(name)
            tokens = {name: ringing.people[name].token for name in ("ada", "bo")}
            async with connected(here.url, tokens["ada"], last_number=7) as ada, connected(here.url, tokens["bo"]) as bo:
                await until(lambda: len(missed(ada)) == len(missed(bo)) == 2)
                assert missed(ada) == [{"after": 7}, {"last": True}]
                assert missed(bo)[0] == {"after": None}
                assert rules.asked == [("Ada", 7), ("Bo", None)]
                here.emit("reader:Ada", "rung", "ada alone")
                here.emit("everyone", "rung", "all")
                await until(lambda: ("rung", "all") in ada and ("rung", "all") in bo)
                assert ("rung", "ada alone") in ada
                assert ("rung", "ada alone") not in bo

    asyncio.run(run())


@pytest.mark.parametrize("number", [-1, 2**62, "7", True, 1.5], ids=str)
def test_what_a_client_says_arrives_as_it_is_and_an_invalid_number_is_none(ringing: Harness, rules: Rules, number: Any) -> None:
    """It is for the module to check. The inbox is one that does: it tells such a client nothing but how many are unread."""

    async def run() -> None:
        async with ringing, live(ringing) as here:
            ada = await ringing.person("ada")
            async with connected(here.url, ada.token, last_number=number) as told:
                await until(lambda: "unread" in dict(told))
                assert rules.asked == [("Ada", number)]
                assert "reload" not in dict(told)

    asyncio.run(run())


def test_a_socket_is_refused_with_the_reason_that_the_module_gives(ringing: Harness, rules: Rules) -> None:
    async def run() -> None:
        async with ringing, live(ringing) as here:
            for name in ("ada", "bo"):
                await ringing.person(name)
            rules.refused["Bo"] = "too_many_bells"
            with pytest.raises(RefusedError, match="too_many_bells"):
                async with connected(here.url, ringing.people["bo"].token):
                    pass
            assert rules.asked == [], "a refused socket is not sent what it missed"
            assert not here.sockets.open
            async with connected(here.url, ringing.people["ada"].token) as told:
                await until(lambda: told)
            with pytest.raises(RefusedError, match="not_logged_in"):
                async with connected(here.url, "pho_of_nobody"):
                    pass

    asyncio.run(run())


async def ring(here: Live, room: str, *listeners: list[Any]) -> None:
    """Ring in a room, and wait until whoever listens in the room `everyone` has heard all that was sent before."""
    mark = f"after {room}"
    here.emit(room, "rung", room)
    here.emit("everyone", "rung", mark)
    await until(lambda: all(("rung", mark) in told for told in listeners))


async def is_heard(here: Live, room: str, told: list[Any], *, expected: bool) -> None:
    """Wait until a ring in a room is heard, or no longer is."""
    async with asyncio.timeout(15):
        heard = not expected
        while heard != expected:
            told.clear()
            await ring(here, room, told)
            heard = ("rung", room) in told


async def something_changed(ringing: Harness, name: str) -> None:
    """As a module does that ends what entitles someone to a room."""
    async with ringing.runtime.database.transaction() as tx:
        tx.invalidate(ACCOUNT(ringing.people[name].id))


def test_a_room_of_a_module_is_left_with_the_membership_that_opened_it(ringing: Harness, rules: Rules) -> None:
    async def run() -> None:
        async with ringing, live(ringing) as here:
            ember = await ringing.organisation("ember", ada="owner", bo="member")
            tokens = {name: ringing.people[name].token for name in ("ada", "bo")}
            async with connected(here.url, tokens["ada"]) as ada, connected(here.url, tokens["bo"]) as bo:
                await ring(here, "tower:ember", ada, bo)
                assert ("rung", "tower:ember") in bo
                assert (
                    await ringing.delete(f"/api/v2/organisations/{ember}/members/{ringing.people['bo'].id}", by="ada")
                ).status_code == 204
                await is_heard(here, "tower:ember", bo, expected=False)
                await is_heard(here, "tower:ember", ada, expected=True)

    asyncio.run(run())


def test_rooms_of_modules_are_asked_for_again_only_after_a_change(ringing: Harness, rules: Rules) -> None:
    """What the rule goes by can be the module's own: it says that something changed. Nothing is asked twice about the same."""

    async def run() -> None:
        async with ringing, live(ringing) as here:
            for name in ("ada", "bo"):
                await ringing.person(name)
            tokens = {name: ringing.people[name].token for name in ("ada", "bo")}
            async with connected(here.url, tokens["ada"]) as ada, connected(here.url, tokens["bo"]) as bo:
                rules.locked.add("reader:Ada")
                for opened in list(here.sockets.open):
                    await here.sockets.check(opened)
                assert sorted(rules.joined) == ["Ada", "Bo"]
                await something_changed(ringing, "ada")
                await is_heard(here, "reader:Ada", ada, expected=False)
                rules.locked.clear()
                await something_changed(ringing, "ada")
                await is_heard(here, "reader:Ada", ada, expected=True)
                await ring(here, "everyone", bo)
                assert rules.joined.count("Bo") == 1

    asyncio.run(run())


@pytest.mark.parametrize("how", ["refused", "cannot be asked"])
def test_an_open_socket_is_cut_once_a_module_refuses_it_or_cannot_be_asked(ringing: Harness, rules: Rules, how: str) -> None:
    async def run() -> None:
        async with ringing, live(ringing) as here:
            for name in ("ada", "bo"):
                await ringing.person(name)
            tokens = {name: ringing.people[name].token for name in ("ada", "bo")}
            async with connected(here.url, tokens["ada"]) as ada, connected(here.url, tokens["bo"]) as bo:
                rules.refused["Bo"] = "bell_taken_away" if how == "refused" else ""
                rules.fails = how != "refused"
                await something_changed(ringing, "bo")
                await until(lambda: any(told[0] == "disconnect" for told in bo))
                assert (("socket_refused", {"reason": "bell_taken_away"}) in bo) == (how == "refused")
                assert len(here.sockets.open) == 1
                await ring(here, "everyone", ada)
                assert ("rung", "everyone") not in bo

    asyncio.run(run())
