"""A copy of someone's data has what they did, but none of the words that only code of the last release reads: others may have deleted them."""

from __future__ import annotations

import asyncio
import io
import zipfile

import msgspec
from tests.harness import Harness

from phoenix.composition import REGISTRY

GONE = "Nobody may read this any more"


def test_no_field_that_is_leaving_is_in_a_copy(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="administrator")
            assert REGISTRY.leaving
            for number, (kind, fields) in enumerate(REGISTRY.leaving.items()):
                data = {**dict.fromkeys(fields, GONE), "stays": kind}
                await harness.sql(
                    "INSERT INTO events (id, kind, actor_id, organisation_id, subject, data, occurred_at) VALUES ($1, $2, $3, $4, $5, $6, now())",
                    f"evt_{number:026}",
                    kind,
                    harness.people["bo"].id,
                    ember,
                    "x",
                    data,
                )
            export = (await harness.post("/api/v2/exports", by="bo")).json()["id"]
            await harness.work()
            answer = await harness.get(f"/api/v2/exports/{export}/archive", by="bo")
            archive = zipfile.ZipFile(io.BytesIO(answer.content))
            files = {name: archive.read(name).decode() for name in archive.namelist()}
            assert [name for name, text in files.items() if GONE in text] == []
            did = msgspec.json.decode(files["accounts.json"])["activity"]
            assert {one["data"].get("stays") for one in did} >= set(REGISTRY.leaving)
            assert all(field not in one["data"] for one in did for field in REGISTRY.leaving.get(one["kind"], ()))

    asyncio.run(run())


def test_the_title_of_an_entry_that_its_author_deleted_is_not_in_the_copy_of_whoever_edited_it(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="administrator")
            made = await harness.post("/api/v2/entries", by="ada", json={"organisation": ember, "title": GONE})
            path = f"/api/v2/entries/{made.json()['id']}"
            assert (await harness.patch(path, by="bo", json={"body": "Moderated"}, headers={"If-Match": "*"})).status_code == 200
            assert (await harness.delete(path, by="ada", headers={"If-Match": "*"})).status_code == 204
            export = (await harness.post("/api/v2/exports", by="bo")).json()["id"]
            await harness.work()
            answer = await harness.get(f"/api/v2/exports/{export}/archive", by="bo")
            archive = zipfile.ZipFile(io.BytesIO(answer.content))
            assert [name for name in archive.namelist() if GONE in archive.read(name).decode()] == []

    asyncio.run(run())
