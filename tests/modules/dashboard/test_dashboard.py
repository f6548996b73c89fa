"""The dashboard: the cards of all modules, for members."""

from __future__ import annotations

import asyncio

from tests.harness import Harness

from phoenix.composition import REGISTRY


def test_the_dashboard_shows_the_cards_of_all_modules(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            answer = await harness.get(f"/api/v2/dashboard?organisation={ember}", by="ada")
            assert answer.status_code == 200
            assert all(card.name in answer.text for card in REGISTRY.cards)
            assert len(REGISTRY.cards) > 1

    asyncio.run(run())


def test_a_stranger_gets_not_found(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            await harness.organisation("other", eve="owner")
            for path in (f"/api/v2/dashboard?organisation={ember}", "/o/ember/dashboard"):
                assert (await harness.get(path, by="eve")).status_code == 404

    asyncio.run(run())
