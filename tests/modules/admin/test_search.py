"""Searching for organisations and events, the page that staff see first, and metrics without any checks."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.composition import MODULES
from phoenix.kernel.data.jobs import JobKind, Nothing, enqueue
from phoenix.kernel.registry import Registry

ALL = ("platform.admin",)


def test_organisations_are_found_by_name(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=ALL)
            for slug in ("ember", "ash"):
                await harness.organisation(slug, ada="owner")
            page = (await panel.get("/staff/organisations?q=emb", by="ada")).text
            assert "Ember" in page
            assert "Ash" not in page
            assert "Ash" in (await panel.get("/staff/organisations?q=+", by="ada")).text
            nothing = await panel.get("/staff/organisations?q=nowhere%00%25", by="ada")
            assert nothing.status_code == 200
            assert "Ember" not in nothing.text

    asyncio.run(run())


def test_events_are_found_by_kind_and_by_subject(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=ALL)
            ember = await harness.organisation("ember", ada="owner")
            made = [
                (await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": f"Entry {n}"})).json()["id"]
                for n in range(2)
            ]
            by_kind = (await panel.get("/staff/events?kind=entries.posted", by="ada")).text
            assert all(id_ in by_kind for id_ in made)
            by_subject = (await panel.get(f"/staff/events?subject={made[0]}", by="ada")).text
            assert made[0] in by_subject
            assert made[1] not in by_subject
            assert made[0] not in (await panel.get("/staff/events?kind=keys.api_key_created", by="ada")).text

    asyncio.run(run())


def test_the_start_page_redirects_to_the_first_page_that_staff_may_open(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=("platform.jobs",))
            await harness.person("eve")
            for by, status, place in ((None, 303, "/sign-in"), ("ada", 303, "/staff/jobs"), ("eve", 403, None)):
                answer = await panel.get("/", by=by)
                assert (answer.status_code, answer.headers.get("location")) == (status, place)

    asyncio.run(run())


def test_a_failed_job_is_put_back_into_the_queue(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("ada", permissions=ALL)
            async with harness.runtime.database.transaction() as tx:
                await enqueue(tx, JobKind("test.job", Nothing), Nothing())
            [row] = await harness.sql("UPDATE pgqueuer SET status = 'failed' RETURNING id")
            await harness.events()
            sent = await panel.post(f"/staff/jobs/{row['id']}/replay", by="ada")
            assert (sent.status_code, sent.headers["location"]) == (303, "/staff/jobs")
            assert await harness.events() == ["admin.job_replayed"]
            assert [row["status"] for row in await harness.sql("SELECT status::text FROM pgqueuer")] == ["queued"]
            again = await panel.post(f"/staff/jobs/{row['id']}/replay", by="ada")
            assert again.status_code == 404

    asyncio.run(run())


def test_metrics_are_served_even_without_checks(harness: Harness) -> None:
    harness.registry = Registry(tuple(replace(module, checks=()) for module in MODULES))

    async def run() -> None:
        async with harness, Panel(harness) as panel:
            answer = await panel.get("/metrics")
            assert answer.status_code == 200
            assert "phoenix_cache_hits_total" in answer.text
            assert "phoenix_check" not in answer.text

    asyncio.run(run())
