"""A webhook is of one organisation, of which there can be a few; nobody saves over what someone else saved."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from tests.harness import Harness

from phoenix.kernel.web.csrf import token_for
from phoenix.modules.webhooks.actions import endpoints

URL = "https://example.com/hooks"


async def create(harness: Harness, organisation: str, who: str = "ada", **fields: str) -> httpx.Response:
    return await harness.post("/api/v2/webhooks", by=who, json={"organisation": organisation, "url": URL, **fields})


def test_nothing_is_seen_or_done_of_another_organisations_webhook(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            other = await harness.organisation("other", bo="owner")
            theirs = (await create(harness, other, "bo")).json()["id"]
            await harness.events()
            one, here = f"/api/v2/webhooks/{theirs}", {"organisation": ember}
            tag = {"If-Match": "*"}
            for answer in (
                await harness.get(one, by="ada"),
                await harness.get("/api/v2/webhooks/whk_none", by="ada"),
                await harness.get(f"{one}/deliveries", by="ada"),
                await harness.patch(one, by="ada", params=here, json={"url": URL}, headers=tag),
                await harness.delete(one, by="ada", params=here),
                await harness.post(f"{one}/rotate_secret", by="ada", params=here),
                await harness.get(f"/o/ember/webhooks/{theirs}", by="ada"),
                await harness.get(f"/o/other/webhooks/{theirs}", by="ada"),
                await harness.post(
                    f"/o/ember/webhooks/{theirs}/delete", by="ada", data={"csrf": token_for(harness.runtime, harness.people["ada"].id)}
                ),
            ):
                assert answer.status_code == 404, answer.request.url
            assert await harness.events() == []

    asyncio.run(run())


def test_an_organisation_has_a_bounded_number_of_webhooks(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "MOST_WEBHOOKS", 2)

    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            answers = [await create(harness, ember) for _ in range(3)]
            assert [answer.status_code for answer in answers] == [201, 201, 409]
            assert answers[-1].json()["code"] == "too_many_webhooks"

    asyncio.run(run())


def test_a_change_of_an_old_version_is_refused(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            one = f"/api/v2/webhooks/{(await create(harness, ember)).json()['id']}"
            old, here = (await harness.get(one, by="ada")).headers["etag"], {"organisation": ember}
            for text, status in (("Chat", 200), ("Log", 412)):
                answer = await harness.patch(one, by="ada", params=here, json={"description": text}, headers={"If-Match": old})
                assert answer.status_code == status, answer.text
            assert (await harness.get(one, by="ada")).json()["description"] == "Chat"
            empty = await harness.patch(one, by="ada", params=here, json={"url": ""}, headers={"If-Match": "*"})
            assert (empty.status_code, empty.json()["errors"][0]["field"]) == (422, "url")

    asyncio.run(run())
