"""The data folder: when it is accepted, and when it is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from phoenix.operations.up.errors import NewerDataError, StartError
from phoenix.operations.up.folder import claim, secret_key

HOLDER = """
import signal, sys
from pathlib import Path
from phoenix.operations.up.folder import claim
with claim(Path(sys.argv[1])):
    print("held", flush=True)
    signal.pause()
"""


def test_a_folder_is_created_and_can_be_used_again(tmp_path: Path) -> None:
    for _ in range(2):
        with claim(tmp_path / "deep" / "data") as folder:
            assert folder == tmp_path / "deep" / "data"
            assert (folder / "phoenix.json").read_text() == '{"format":1}'


def test_a_folder_in_use_is_refused_with_the_process_that_uses_it(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(StartError, match=f"in use by another Phoenix, process {holder.pid}"), claim(tmp_path):
            pass
        holder.kill()
    with claim(tmp_path):
        pass


def test_a_folder_with_other_files_is_refused_and_left_unchanged(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(StartError, match="is not empty and is not a Phoenix data folder"), claim(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_instead_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    for path in (tmp_path / "data", tmp_path / "data" / "below"):
        with pytest.raises(StartError, match=r"is not a folder\. Name another with --data"), claim(path):
            pass


def test_a_folder_that_cannot_be_created_is_refused() -> None:
    with pytest.raises(StartError, match="cannot be written to"), claim(Path("/proc/phoenix")):
        pass


def test_a_folder_of_a_newer_phoenix_is_refused_with_a_distinct_status(tmp_path: Path) -> None:
    (tmp_path / "phoenix.json").write_text('{"format":2,"more":true}')
    with pytest.raises(NewerDataError, match="written by a newer Phoenix") as refused, claim(tmp_path):
        pass
    assert refused.value.status == 3


def test_a_version_file_truncated_by_a_crash_is_written_again(tmp_path: Path) -> None:
    (tmp_path / "phoenix.json").write_text('{"form')
    with claim(tmp_path):
        assert (tmp_path / "phoenix.json").read_text() == '{"format":1}'


def test_the_secret_is_created_once_and_readable_only_by_its_owner(tmp_path: Path) -> None:
    (tmp_path / "secret_key.new").write_text("half")
    key = secret_key(tmp_path)
    assert len(key) >= 64
    assert secret_key(tmp_path) == key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
