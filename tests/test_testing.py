"""`phoenix.testing`, on which the tests of a product are built, with its own servers."""

from __future__ import annotations

import asyncio

import pytest

from phoenix.testing import installation, servers


def test_people_and_organisations_are_set_up_in_a_few_lines() -> None:
    async def run() -> None:
        async with installation(found) as phoenix:
            ada = await phoenix.person("Ada Example", time_zone="Europe/Berlin")
            bo = await phoenix.person("Bo")
            organisation = await phoenix.organisation("Ember", owner=ada, viewer=bo)
            me = (await phoenix.client.get("/api/v2/me", headers=ada.headers)).json()
            assert (me["name"], me["email"], me["time_zone"]) == ("Ada Example", "ada.example@example.com", "Europe/Berlin")
            members = (await phoenix.client.get(f"/api/v2/organisations/{organisation}/members", headers=bo.headers)).json()["items"]
            assert {member["name"]: member["role"] for member in members} == {"Ada Example": "owner", "Bo": "viewer"}
            with pytest.raises(ValueError, match="Someone called Bo already exists"):
                await phoenix.person("Bo")

    with servers() as found:
        asyncio.run(run())
