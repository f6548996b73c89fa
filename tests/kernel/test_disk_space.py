"""A disk that fills up: administrators are warned, and changes are refused before the database has no disk space left."""

from __future__ import annotations

import asyncio
import errno
import io
import json
import re
import shutil
from pathlib import Path

import pytest
from tests.harness import Harness
from tests.modules.admin.panel import Panel

from phoenix.composition import REGISTRY
from phoenix.kernel.actor import ADMINISTRATOR
from phoenix.kernel.data.disk_space import MEGABYTE, DiskAlmostFull, DiskSpace
from phoenix.kernel.web.csrf import token_for
from phoenix.modules.admin.jobs import run_checks
from phoenix.worker import watch_disk_space

ENOUGH, LITTLE, NONE = 5000, 1000, 100


class Disk:
    """A disk whose free space is set, and a clock."""

    def __init__(self, megabytes: int) -> None:
        self.megabytes = megabytes
        self.seconds = 0.0
        self.asked = 0

    def free(self, folder: Path) -> int:
        assert folder.exists()
        self.asked += 1
        return self.megabytes * MEGABYTE

    def space(self, *folders: Path) -> DiskSpace:
        return DiskSpace(folders, warn=2048, refuse=256, free=self.free, clock=lambda: self.seconds)


def test_a_disk_is_measured_every_few_seconds_and_what_follows_is_logged_once(tmp_path: Path, logged: io.StringIO) -> None:
    disk = Disk(ENOUGH)
    space = disk.space(tmp_path, tmp_path / "not there yet")
    space.require()
    assert space.problem() == ""
    assert disk.asked == 1
    for megabytes in (LITTLE, LITTLE, NONE, ENOUGH):
        disk.megabytes, disk.seconds = megabytes, disk.seconds + 10
        space.measure()
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    said = [(line["level"], line["left"], line["free_megabytes"], line["refusing"]) for line in lines if line["event"] == "disk_space"]
    assert said == [("warning", "little", LITTLE, False), ("error", "none", NONE, True), ("info", "enough", ENOUGH, False)]


def test_what_is_left_is_said_with_what_to_do(tmp_path: Path) -> None:
    disk = Disk(LITTLE)
    assert disk.space(tmp_path).problem() == (
        f"The disk of {tmp_path} has 1000 MB left. Make space, or move the folder to a larger disk. Below 256 MB nothing can be saved."
    )
    with pytest.raises(DiskAlmostFull):
        Disk(255).space(tmp_path).require()
    Disk(256).space(tmp_path).require()
    DiskSpace([tmp_path], warn=0, refuse=0, free=lambda _: 0).require()


def test_a_disk_that_cannot_be_asked_refuses_nothing(tmp_path: Path) -> None:
    def free(folder: Path) -> int:
        if folder.name == "gone":
            raise OSError(errno.ESTALE, "Stale file handle")
        return ENOUGH * MEGABYTE

    gone = tmp_path / "gone"
    gone.mkdir()
    space = DiskSpace([gone, tmp_path], warn=2048, refuse=256, free=free)
    space.require()
    assert space.measure() == {tmp_path: ENOUGH * MEGABYTE}


def test_changes_are_refused_before_the_disk_is_full_and_reading_and_deleting_work_on(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            ember = await harness.organisation("ember", ada="owner")
            entry = {"organisation": ember, "title": "t"}
            made = (await harness.post("/api/v2/entries", by="ada", json=entry)).json()["id"]
            harness.runtime.disk_space = Disk(NONE).space(harness.place.folder)
            for path in ("/api/v2/entries", "/api/v2/accounts", "/sign-up", "/o/ember/entries/new"):
                refused = await harness.post(path, by="ada", json=entry)
                assert refused.status_code == 503, path
                assert refused.headers["retry-after"] == "60"
                if path.startswith("/api/"):
                    assert refused.json()["code"] == "disk_almost_full"
                else:
                    assert "Nothing can be saved at the moment" in refused.text
            assert len(await harness.sql("SELECT 1 FROM entries")) == 1
            assert (await harness.get(f"/api/v2/entries/{made}", by="ada")).status_code == 200
            assert (await harness.delete(f"/api/v2/entries/{made}", by="ada", headers={"If-Match": "*"})).status_code == 204
            harness.runtime.disk_space = Disk(LITTLE).space(harness.place.folder)
            assert (await harness.post("/api/v2/entries", by="ada", json=entry)).status_code == 201
            harness.runtime.disk_space = Disk(NONE).space(harness.place.folder)
            csrf = token_for(harness.runtime, harness.people["ada"].id)
            assert (await harness.post("/sign-out", by="ada", data={"csrf": csrf})).status_code == 303

    asyncio.run(run())


def test_forms_that_delete_revoke_or_sign_out_work_on_an_almost_full_disk() -> None:
    forms = [
        (min(route.paths), route.opt["rule"])
        for module in REGISTRY.modules
        for route in module.routes
        if "POST" in route.http_methods and "public" in route.opt["rule"].listeners
    ]
    ends = re.compile(r"/(remove|delete|revoke|disconnect|decline|end|end-others|unmute|off|sms/cancel|sign-out|deletion)$")
    assert [path for path, rule in forms if ends.search(path) and not rule.frees] == []
    assert [path for path, rule in forms if rule.frees and not ends.search(path)] == ["/api/v2/sessions/refresh"]


def test_no_copy_of_data_is_made_on_a_disk_that_is_almost_full(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            await harness.person("ada")
            await harness.post("/api/v2/exports", by="ada")
            harness.runtime.disk_space = Disk(NONE).space(harness.place.folder)
            with pytest.raises(DiskAlmostFull):
                await harness.work()
            assert await harness.sql("SELECT 1 FROM exports WHERE ready_at IS NOT NULL") == []

    asyncio.run(run())


def test_administrators_get_an_email_and_see_it_in_the_panel_where_they_can_still_act(harness: Harness) -> None:
    async def run() -> None:
        async with harness, Panel(harness) as panel:
            await harness.person("eve", permissions=(ADMINISTRATOR,))
            await harness.person("bo")
            shown = (await panel.get("/staff/settings", by="eve")).text
            assert "MB free" in shown
            assert "A disk is almost full" not in shown
            assert panel.app is not None
            assert panel.app.shared is not None
            for runtime in (harness.runtime, panel.app.shared.runtime):
                runtime.disk_space = Disk(NONE).space(harness.place.folder)
            await run_checks(harness.runtime)
            assert await harness.work() == ["accounts.send_security_notice"]
            assert "Checks of this Phoenix failed last night." in harness.mails("eve@example.com")[0].text
            assert "A disk is almost full" in (await panel.get("/staff/settings", by="eve")).text
            locked = await panel.post(f"/staff/people/{harness.people['bo'].id}/lock", by="eve", reason="They fill the disk with entries.")
            assert locked.status_code == 303

    asyncio.run(run())


def test_the_data_folder_the_database_and_further_folders_are_watched(harness: Harness, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (harness.place.folder / "postgres").mkdir()
    harness.variables["PHOENIX_DISK_FOLDERS"] = str(elsewhere)

    async def run() -> None:
        async with harness:
            await watch_disk_space(harness.runtime)
            measured = harness.runtime.disk_space.measure()
            assert list(measured) == [harness.place.folder, harness.place.folder / "postgres", elsewhere]
            assert abs(measured[elsewhere] - shutil.disk_usage(elsewhere).free) < 1024 * MEGABYTE

    asyncio.run(run())
