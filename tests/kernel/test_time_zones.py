"""Time zones for forms: found without scripts, and offered to fields."""

from __future__ import annotations

import asyncio

from tests.harness import Harness
from tests.oidc.running import csrf_of


def test_time_zones_are_searched_without_scripts_and_without_an_account(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            whole = await harness.get("/time-zones")
            assert (whole.status_code, "Asia/Tokyo" in whole.text, "Europe/Berlin" in whole.text) == (200, True, True)
            found = await harness.get("/time-zones?q=toky")
            assert ("Asia/Tokyo" in found.text, "UTC+09:00" in found.text, "Europe/Berlin" in found.text) == (True, True, False)
            assert "No time zones found" in (await harness.get("/time-zones?q=<Atlantis>")).text
            offered = (await harness.get("/time-zones/list")).json()
            assert ["Asia/Tokyo", "Tokyo, UTC+09:00"] in offered
            assert len(offered) > 300

    asyncio.run(run())


def test_a_place_typed_into_a_form_is_saved_as_its_zone(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            page = await harness.get("/settings/profile", by="ada")
            sent = {"csrf": csrf_of(page.text), "version": "1", "name": "Ada", "locale": "en", "contact": ""}
            saved = await harness.post("/settings/profile", by="ada", data={**sent, "time_zone": "new york"})
            assert saved.status_code == 303
            assert (await harness.get("/api/v2/me", by="ada")).json()["time_zone"] == "America/New_York"
            refused = await harness.post("/settings/profile", by="ada", data={**sent, "version": "2", "time_zone": "Atlantis"})
            assert refused.status_code == 422
            assert 'value="Atlantis"' in refused.text

    asyncio.run(run())
