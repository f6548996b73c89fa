"""Every table that belongs to organisations is covered: its module says how its rows are copied and deleted, or why they stay."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from tests.harness import Harness
from tests.modules.organisations.deleting import GRACE, close, due, entry, sign_in_again

from phoenix.composition import MODULES, REGISTRY
from phoenix.kernel.module import STAYS_IN_KERNEL, Module, OrganisationData
from phoenix.kernel.registry import Registry, RegistryError

# A column that names an organisation, and tables whose rows belong to a row of such a table.
OWNED_TABLES = """
    WITH RECURSIVE links AS (
        SELECT c.conrelid AS child, c.confrelid AS parent FROM pg_constraint c WHERE c.contype = 'f' AND c.confdeltype = 'c'
    ), owned AS (
        SELECT a.attrelid AS table_id FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid AND t.relkind IN ('r', 'p')
         WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attname IN ('organisation_id', 'organisation') AND t.relnamespace = 'public'::regnamespace
        UNION SELECT conrelid FROM pg_constraint WHERE contype = 'f' AND confrelid = 'organisations'::regclass
        UNION SELECT 'organisations'::regclass
        UNION SELECT links.child FROM links JOIN owned ON owned.table_id = links.parent
    )
    SELECT relname FROM owned JOIN pg_class ON oid = table_id ORDER BY relname
"""


def covered(registry: Registry) -> set[str]:
    return {table for owned in registry.owned.values() for table in (*owned.tables, *owned.stays)} | set(STAYS_IN_KERNEL)


async def uncovered(harness: Harness) -> set[str]:
    return {row["relname"] for row in await harness.sql(OWNED_TABLES)} - covered(harness.registry)


def test_every_table_of_organisations_is_declared(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            assert await uncovered(harness) == set(), "declare them in `owned` of their module"
            declared = covered(harness.registry)
            known = {row["relname"] for row in await harness.sql("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')")}
            assert declared <= known

    asyncio.run(run())


def test_a_table_of_a_module_that_forgets_it_is_found(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.sql("CREATE TABLE notes (id text PRIMARY KEY, of_team text REFERENCES organisations (id))")
            await harness.sql("CREATE TABLE note_lines (note text REFERENCES notes (id) ON DELETE CASCADE)")
            await harness.sql("CREATE TABLE tallies (organisation_id text)")
            assert await uncovered(harness) == {"notes", "note_lines", "tallies"}

    asyncio.run(run())


async def rows_in(harness: Harness, table: str) -> int:
    return int((await harness.sql(f"SELECT count(*) AS n FROM {table}"))[0]["n"])  # noqa: S608 - a declared table


async def no_rows(*_: object) -> int:
    return 0


@pytest.mark.parametrize(
    ("owned", "says"),
    [
        (OrganisationData(delete=no_rows, tables=("entries",)), "names entries in owned, which is not among its tables"),
        (OrganisationData(stays={"entries": "why"}), "names entries in owned, which is not among its tables"),
        (OrganisationData(tables=("notes",)), "does not say how to delete their rows"),
    ],
)
def test_modules_that_do_not_fit_are_refused(owned: OrganisationData, says: str, tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=says):
        Registry((*MODULES, Module("notes", "Notes.", tmp_path, tables=("notes",), owned=owned)))


def test_the_deletion_leaves_no_row_in_any_declared_table(harness: Harness) -> None:
    """Rows of another organisation stay, whatever module they are of."""

    async def run() -> None:
        async with harness:
            names = ("ember", "quartz")
            for name in names:
                await harness.organisation(name, ada="owner", bo="member")
                id_ = harness.organisations[name]
                first = await entry(harness, id_)
                await harness.patch(f"/api/v2/entries/{first}", by="ada", json={"title": "Other"}, headers={"If-Match": "*"})
                await harness.post("/api/v2/comments", by="ada", json={"entry": first, "body": f"@[{harness.people['bo'].id}]"})
                hook = {"organisation": id_, "url": "https://example.com/hooks"}
                assert (await harness.post("/api/v2/webhooks", by="ada", json=hook)).status_code == 201
                await harness.put(f"/api/v2/presence?organisation={id_}", by="ada", json={"enabled": False})
                await harness.post(f"/api/v2/organisations/{id_}/invitations", by="ada", json={"email": "new@example.com"})
                offered = await harness.post(f"/api/v2/organisations/{id_}/transfer", by="ada", json={"account": harness.people["bo"].id})
                assert offered.status_code == 201
                asked = await harness.post(f"/api/v2/organisations/{id_}/exports", by="ada")
                assert asked.status_code == 202
            await harness.work()
            await harness.follow()
            tables = sorted({table for owned in REGISTRY.owned.values() for table in owned.tables})
            counts = {table: await rows_in(harness, table) for table in tables}
            assert all(counts.values()), f"make some rows here: {counts}"
            await close(harness, harness.organisations["ember"])
            harness.clock.advance(seconds=GRACE.total_seconds())
            await due(harness)
            for table in tables:
                left = await rows_in(harness, table)
                assert 0 < left < counts[table], table

    asyncio.run(run())


def test_the_copy_contains_what_every_module_declares(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            quartz = await harness.organisation("quartz", eve="owner")
            await entry(harness, quartz, "Of Quartz", by="eve")
            first = await entry(harness, ember, "Lanterns")
            await harness.patch(f"/api/v2/entries/{first}", by="ada", json={"title": "Harbour"}, headers={"If-Match": "*"})
            await harness.post(f"/api/v2/organisations/{ember}/invitations", by="ada", json={"email": "new@example.com"})
            made = await harness.post(
                f"/api/v2/organisations/{ember}/service_accounts", by="ada", json={"name": "Robot", "scopes": ["entries.read"]}
            )
            export = (await harness.post(f"/api/v2/organisations/{ember}/exports", by="ada")).json()["id"]
            path = f"/api/v2/organisations/{ember}/exports/{export}/archive"
            assert (await harness.get(path, by="ada")).status_code == 404
            await harness.work()
            assert "The copy of Ember that you asked for is ready." in harness.mails("ada@example.com")[0].text
            answer = await harness.get(path, by="ada")
            with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
                parts = {name: packed.read(name).decode() for name in packed.namelist()}
            exported = {f"{name}.json" for name, owned in REGISTRY.owned.items() if owned.export is not None}
            assert set(parts) == {*exported, "activity.json", "README.txt"}
            read = {name: json.loads(text) for name, text in parts.items() if name.endswith(".json")}
            assert [one["title"] for one in read["entries.json"]["entries"]] == ["Harbour"]
            assert [one["title"] for one in read["entries.json"]["entry_versions"]] == ["Lanterns"]
            assert {one["name"] for one in read["organisations.json"]["members"]} == {"Ada", "Bo", "Robot"}
            assert [one["email"] for one in read["organisations.json"]["invitations"]] == ["new@example.com"]
            assert [one["kind"] for one in read["activity.json"]["activity"]] == ["entries.posted", "entries.changed"]
            whole = "".join(parts.values())
            for secret in (made.json()["key"], "Of Quartz", "token", "eve@example.com"):
                assert secret not in whole
            for name, expected in (("bo", 403), ("eve", 404)):
                assert (await harness.get(path, by=name)).status_code == expected
            assert (await harness.get(f"/api/v2/organisations/{quartz}/exports/{export}/archive", by="eve")).status_code == 404
            harness.clock.advance(days=7)
            await sign_in_again(harness, "ada")
            assert (await harness.get(path, by="ada")).status_code == 404

    asyncio.run(run())


def test_a_module_without_owned_has_nothing_to_declare() -> None:
    """What is declared is used: nothing in it is of a module that has no such table."""
    without = Registry([replace(module, owned=None) for module in MODULES])
    assert without.owned == {}
