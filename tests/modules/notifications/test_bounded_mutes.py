"""How much someone can mute."""

from __future__ import annotations

import asyncio

import pytest
from tests.harness import Harness

from phoenix.modules.notifications.actions import choose


def test_n3_a_person_mutes_a_bounded_number_of_things(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "MOST_MUTES", 2)

    async def run() -> None:
        async with harness:
            await harness.person("ada")
            answers = [await harness.request("PUT", f"/api/v2/mutes?thing=ent_{number}", by="ada") for number in range(3)]
            assert [answer.is_success for answer in answers] == [True, True, False]
            assert (answers[-1].status_code, answers[-1].json()["code"]) == (409, "too_many_mutes")
            assert (await harness.delete("/api/v2/mutes?thing=ent_0", by="ada")).is_success
            assert (await harness.request("PUT", "/api/v2/mutes?thing=ent_2", by="ada")).is_success

    asyncio.run(run())
