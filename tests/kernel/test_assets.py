"""Without its styles and scripts Phoenix is not ready and does not start, and its error pages still work."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from tests.harness import Harness

from phoenix.kernel.i18n.templates import AssetsMissingError, Templates
from phoenix.kernel.web.assets import missing_asset
from phoenix.operations.up.start import bring_up
from phoenix.settings import InstallationSettings, Settings, WebSettings

BUNDLES = Settings().web.static


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    """A copy of the bundles, which a test can damage."""
    return Path(shutil.copytree(BUNDLES, tmp_path / "static"))


def damage(folder: Path, how: str) -> Path:
    """Damage the bundles; returns the file that is then missing."""
    manifest = folder / "manifest.json"
    if how == "no folder":
        shutil.rmtree(folder)
    elif how == "no manifest":
        manifest.unlink()
    elif how == "no style sheet":
        (style,) = folder.glob("app-*.css")
        style.unlink()
        return style
    else:
        manifest.write_text(how)
    return manifest


DAMAGE = ("no folder", "no manifest", "no style sheet", "{}", "[1]", '{"web/app.ts": 1}', '{"web/app.ts": {}}', "{")


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_set_of_bundles_is_detected(bundles: Path, how: str) -> None:
    assert missing_asset(bundles) is None
    assert missing_asset(bundles) != damage(bundles, how)
    assert missing_asset(bundles) is not None


@pytest.mark.parametrize("how", ["no folder", "no manifest", "no style sheet"])
def test_phoenix_up_reports_missing_bundles_and_starts_nothing(
    bundles: Path, how: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = damage(bundles, how)
    settings = replace(Settings(), installation=InstallationSettings(data=tmp_path / "data"), web=WebSettings(static=bundles))
    assert bring_up(settings, json=False) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert f"{missing} does not exist" in said.err
    assert "make setup" in said.err
    assert "PHOENIX_STATIC" in said.err
    assert not (tmp_path / "data").exists()


def test_phoenix_is_not_ready_without_bundles_and_says_how_to_fix_it(harness: Harness, bundles: Path) -> None:
    harness.variables["PHOENIX_STATIC"] = str(bundles)

    async def run() -> None:
        async with harness:
            assert (await harness.get("/readyz")).status_code == 200
            damage(bundles, "no style sheet")
            answer = await harness.get("/readyz")
            assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
            assert answer.json()["code"] == "unavailable"
            assert "make setup" in answer.json()["detail"]
            assert str(bundles) not in answer.text, "a public response must not contain a path of the machine"
            assert (await harness.get("/healthz")).status_code == 200
            # It recovers by itself once they exist.
            shutil.rmtree(bundles)
            shutil.copytree(BUNDLES, bundles)
            assert (await harness.get("/readyz")).status_code == 200

    asyncio.run(run())


@pytest.mark.parametrize(("path", "status"), [("/terms", 500), ("/nothing/here", 404), ("/o/ember/feed", 500)])
@pytest.mark.parametrize("how", ["no manifest", "{"])
def test_an_error_page_needs_no_bundles(harness: Harness, bundles: Path, path: str, status: int, how: str) -> None:
    harness.variables["PHOENIX_STATIC"] = str(bundles)
    damage(bundles, how)

    async def run() -> None:
        async with harness:
            await harness.organisation("ember", ada="owner")
            answer = await harness.get(path, headers={"Cookie": f"phoenix_session={harness.people['ada'].token}"})
            assert answer.status_code == status
            assert answer.headers["content-type"].startswith("text/html")
            assert "<h1>" in answer.text
            assert answer.headers["x-request-id"] in answer.text
            assert answer.headers["cache-control"] == "no-store"
            assert "style=" not in answer.text
            assert "<script" not in answer.text
            # No file is requested that does not exist.
            assert "/static/" not in answer.text

    asyncio.run(run())


def test_an_error_page_escapes_and_survives_a_broken_template(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with harness:

            def broken(*_given: object, **_context: object) -> str:
                raise ValueError("<b>broken</b>")

            monkeypatch.setattr(harness.app.templates, "render", broken)
            answer = await harness.get("/sign-in")
            assert answer.status_code == 500
            assert "<h1>" in answer.text
            assert "<b>broken" not in answer.text

    asyncio.run(run())


def test_the_manifest_names_every_bundle_that_pages_use() -> None:
    names = {Path(chunk["file"]).suffix for chunk in json.loads((BUNDLES / "manifest.json").read_text()).values()}
    assert {".css", ".js", ".svg"} <= names


@pytest.mark.slow
def test_the_scripts_and_styles_of_a_module_are_bundled(tmp_path: Path) -> None:
    """Vite bundles the scripts and styles of our modules; a page refers to them by the names of the module and the file."""
    root = Path(__file__).parents[2]
    for name in ("web", "vite.config.ts", "tsconfig.json", "package.json"):
        copy = shutil.copytree if (root / name).is_dir() else shutil.copy2
        copy(root / name, tmp_path / name)
    (tmp_path / "node_modules").symlink_to(root / "node_modules")
    assets = tmp_path / "src/phoenix/modules/notes/assets"
    assets.mkdir(parents=True)
    (assets / "notes.ts").write_text('const word: string = "bundled";\ndocument.title = word;\n')
    (assets / "notes.css").write_text(".note {\n  color: red;\n}\n")
    subprocess.run([root / "node_modules/.bin/vite", "build", "--logLevel", "error"], cwd=tmp_path, check=True)
    static = tmp_path / "src/phoenix/static"
    templates = Templates({}, static, {"notes": assets})
    script, style = (static / templates.asset(f"notes/notes.{kind}").removeprefix("/static/") for kind in ("js", "css"))
    assert "bundled" in script.read_text()
    assert ":string" not in script.read_text()
    assert ".note{color:red}" in style.read_text()


def test_assets_of_another_package_are_addressed_by_their_content(tmp_path: Path) -> None:
    (tmp_path / "notes.css").write_text(".note { color: red }")
    templates = Templates({}, BUNDLES, {"notes": tmp_path})
    before = templates.asset("notes/notes.css")
    assert before.startswith("/assets/notes/notes.css?")
    (tmp_path / "notes.css").write_text(".note { color: blue }")
    assert Templates({}, BUNDLES, {"notes": tmp_path}).asset("notes/notes.css") != before
    with pytest.raises(AssetsMissingError, match=r"notes/other\.css"):
        templates.asset("notes/other.css")
