"""A stolen session uses up nothing of its owner's: what costs much counts by session first, then by person."""

from __future__ import annotations

import asyncio

import pytest
from litestar.handlers import HTTPRouteHandler
from tests.harness import PASSWORD, REAUTHENTICATE, Harness
from tests.modules.requests import ROUTES

from phoenix.kernel.web import rules
from phoenix.kernel.web.rules import PUBLIC, SESSIONS_OF_A_PERSON

COSTLY = [
    pytest.param(path, route, id=path)
    for _method, path, route in ROUTES
    if route.opt["rule"].costs and route.opt["rule"].may != PUBLIC and path.startswith("/api/")
]


def test_every_costly_route_counts_by_session_and_a_higher_total_by_person() -> None:
    for _method, path, route in ROUTES:
        rule = route.opt["rule"]
        of_a_session, of_a_person = rule.limits_of_a_session, rule.limits_of_a_person
        assert bool(of_a_session) == bool(rule.costs), path
        for one, all_together in zip(of_a_session, of_a_person, strict=True):
            assert all_together.amount == SESSIONS_OF_A_PERSON * one.amount, path


@pytest.mark.parametrize(("path", "route"), COSTLY)
def test_one_session_does_not_use_up_the_tries_of_another(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, path: str, route: HTTPRouteHandler
) -> None:
    monkeypatch.setattr(rules, "MOST_OF_A_SESSION", 3)
    assert route.opt["rule"].limits_of_a_session[0].amount == 3

    async def run() -> None:
        async with harness:
            await harness.person("bo", password=True)
            # A person of many sessions, each at an address of its own.
            tokens = [(await harness.sign_in("bo")).json()["access_token"] for _ in range(SESSIONS_OF_A_PERSON + 1)]
            refused = []
            for number, token in enumerate(tokens):
                async with harness.new_client(address=f"198.51.100.{number}") as client:
                    headers = {"Authorization": f"Bearer {token}"}
                    answers = [await client.post(path, json={}, headers=headers) for _ in range(4)]
                    refused.append([answer.status_code == 429 for answer in answers])
            assert refused == [[False, False, False, True]] * SESSIONS_OF_A_PERSON + [[True] * 4]

    asyncio.run(run())


def test_an_owner_can_confirm_who_they_are_after_a_stolen_session_tried_for_long(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("bo", password=True)
            stolen = (await harness.sign_in("bo")).json()["access_token"]
            async with harness.new_client(address="198.51.100.9") as thief:
                for _ in range(70):
                    tried = {"method": "password", "code": "not the password at all"}
                    await thief.post(REAUTHENTICATE, json=tried, headers={"Authorization": f"Bearer {stolen}"})
            mine = await harness.post(REAUTHENTICATE, by="bo", json={"method": "password", "code": PASSWORD})
            assert mine.status_code == 200

    asyncio.run(run())
