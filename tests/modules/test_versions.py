"""A version that someone has seen never fits another row: versions go on where a row is deleted and made again."""

from __future__ import annotations

import asyncio
import re

from tests.harness import Harness
from tests.source import QUERIES

from phoenix.modules.organisations.queries import INSERT, INSERT_MEMBER, REMOVE

# By the ID in their address, which nothing has again.
FOUND_BY_THEIR_ID = {"comments", "entries", "webhooks"}
# What is erased there keeps its row.
NEVER_DELETED = {"accounts"}


def test_every_version_goes_on_or_its_row_never_comes_again(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            found = await harness.sql("""
                SELECT c.table_name, coalesce(c.column_default LIKE 'nextval(%', false) AS goes_on,
                       (SELECT array_agg(pg_get_indexdef(i.indexrelid)) FROM pg_index i
                         WHERE i.indrelid = c.table_name::regclass AND i.indisunique) AS unique_keys
                  FROM information_schema.columns c WHERE c.table_schema = 'public' AND c.column_name = 'version' AND c.data_type = 'integer'
            """)
            begins_again = {row["table_name"] for row in found if not row["goes_on"]}
            assert {row["table_name"] for row in found if row["goes_on"]} == {"memberships", "organisations"}
            assert begins_again == FOUND_BY_THEIR_ID | NEVER_DELETED
            keys = {row["table_name"]: row["unique_keys"] for row in found}
            for table in FOUND_BY_THEIR_ID:
                assert [key.partition(" USING ")[2] for key in keys[table]] == ["btree (id)"], table

    asyncio.run(run())
    for table in NEVER_DELETED:
        assert not [name for name, query in QUERIES.items() if table in re.findall(r"DELETE FROM (\w+)", query.sql)], table
    for name, query in QUERIES.items():
        if "UPDATE memberships" in query.sql or "UPDATE organisations" in query.sql:
            assert "version + 1" not in query.sql, f"{name} writes a version that could come again: write DEFAULT"


def test_the_version_of_a_member_who_left_and_joined_again_is_another(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="viewer")
            path, bo = f"/api/v2/organisations/{ember}/members", harness.people["bo"].id

            async def version() -> int:
                (found,) = [m["version"] for m in (await harness.get(path, by="ada")).json()["items"] if m["id"] == bo]
                return int(found)

            seen = [await version()]
            for role in ("member", "administrator"):
                assert (await harness.patch(f"{path}/{bo}", by="ada", json={"role": role})).status_code == 204
                seen.append(await version())
            async with harness.runtime.database.transaction() as tx:
                await tx.execute(REMOVE, ember, bo)
                await tx.execute(INSERT_MEMBER, ember, bo, "viewer", tx.now, None)
            for role in ("member", "viewer", "member"):
                assert await version() not in seen
                for one in seen:
                    late = await harness.patch(f"{path}/{bo}", by="ada", json={"role": "owner"}, headers={"If-Match": f'"{one}"'})
                    assert late.status_code == 412, one
                assert (await harness.patch(f"{path}/{bo}", by="ada", json={"role": role})).status_code == 204

    asyncio.run(run())


def test_the_version_of_an_organisation_does_not_fit_the_next_of_its_name(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            former = await harness.organisation("ember", ada="owner")
            seen = [row["version"] for row in await harness.sql("SELECT version FROM organisations")]
            await harness.sql("DELETE FROM organisations WHERE id = $1", former)
            async with harness.runtime.database.transaction() as tx:
                made = await tx.one(INSERT, "org_next", "ember", "Ember", tx.now, "en", "UTC")
            assert made.version not in seen

    asyncio.run(run())
