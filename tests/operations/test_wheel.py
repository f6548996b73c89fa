"""The wheel that users install contains everything that Phoenix reads while it runs, and its version.

tools/try_wheel.py, which `.ci/run` calls, tests that an installation from it starts and serves.
"""

from __future__ import annotations

import fnmatch
import subprocess
import zipfile
from collections.abc import Iterator
from email import message_from_string
from pathlib import Path

import pytest

import phoenix

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "phoenix"
LEFT_OUT = {".pyc", ".po", ".pot"}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([ROOT / "tools" / "wheel.sh", folder], check=True, capture_output=True, text=True)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as opened:
        yield opened


def test_the_wheel_contains_every_file_of_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    source = {path.relative_to(SOURCE.parent).as_posix() for path in SOURCE.rglob("*") if path.is_file() and path.suffix not in LEFT_OUT}
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    # The build says which commit it is from; the source has no build.
    assert packed - source <= {"phoenix/build.txt"}
    assert source <= packed
    # The comparison is meaningful only if the source has files of these kinds.
    for kind in (
        "static/manifest.json",
        "static/app-*.css",
        "*/base.html",
        "*/mail/*.mjml",
        "*/words/*.txt",
        "*/migrations/*.py",
        "py.typed",
    ):
        assert fnmatch.filter(packed, f"phoenix/{kind}"), kind


def test_the_wheel_contains_every_bundle_in_the_manifest(wheel: zipfile.ZipFile) -> None:
    packed = {Path(name).name for name in wheel.namelist() if name.startswith("phoenix/static/")}
    manifest = wheel.read("phoenix/static/manifest.json").decode()
    whole = {name for name in packed if not name.endswith((".br", ".gz")) and name != "manifest.json"}
    assert whole == {name for name in packed if f'"{name}"' in manifest}
    assert len(whole) > 3
    large = {info.filename.rpartition("/")[2] for info in wheel.infolist() if info.file_size >= 1000} & whole
    assert packed - whole == {"manifest.json", *(name + suffix for name in large for suffix in (".br", ".gz"))}


def test_the_wheel_contains_compiled_translations(wheel: zipfile.ZipFile) -> None:
    catalogues = {path.relative_to(SOURCE.parent).with_suffix(".mo").as_posix() for path in SOURCE.rglob("*.po")}
    assert catalogues <= set(wheel.namelist())


def test_the_wheel_has_the_version_command_and_licence(wheel: zipfile.ZipFile) -> None:
    texts = {Path(name).name: wheel.read(name).decode() for name in wheel.namelist() if ".dist-info/" in name}
    metadata = message_from_string(texts["METADATA"])
    assert metadata["Version"] == phoenix.__version__
    assert "phoenix = phoenix.cli:main" in texts["entry_points.txt"]
    assert "Apache License" in texts["LICENSE"]


def test_no_wheel_is_built_without_bundles(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    for name in ("wheel.sh", "translations.sh"):
        copy = tmp_path / "tools" / name
        copy.write_bytes((ROOT / "tools" / name).read_bytes())
        copy.chmod(0o755)
    refused = subprocess.run([tmp_path / "tools" / "wheel.sh"], check=False, capture_output=True, text=True)
    assert refused.returncode == 1
    assert "make wheel" in refused.stderr
    assert not (tmp_path / "dist").exists()
