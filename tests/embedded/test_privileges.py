"""Servers started by root drop its privileges."""

from __future__ import annotations

import os
import pwd
import stat
from pathlib import Path

import pytest

from phoenix.embedded import privileges
from phoenix.embedded.privileges import Account, account_for, hand_over, let_run, let_through


def test_servers_run_as_the_current_user_unless_it_is_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert account_for(tmp_path) is None
    before = tmp_path.stat()
    hand_over(tmp_path, None)
    assert tmp_path.stat().st_uid == before.st_uid


def test_root_runs_servers_as_postgres_or_otherwise_as_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(privileges, "_known", lambda _name: None)
    found = account_for(tmp_path / "not there yet")
    assert found is not None
    assert found.uid == pwd.getpwnam("nobody").pw_uid


def test_the_owner_of_the_folder_does_not_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    nobody = pwd.getpwnam("nobody")

    class Owned:
        st_uid = nobody.pw_uid

    monkeypatch.setattr(Path, "stat", lambda _path, **_options: Owned())
    monkeypatch.setattr(Path, "exists", lambda _path: True)
    assert account_for(tmp_path) == Account(nobody.pw_name, nobody.pw_uid, nobody.pw_gid)


def test_parent_folders_become_traversable_and_this_is_reported(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    said: list[str] = []
    let_through(closed / "data", said.append)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o701
    assert [line for line in said if str(closed) in line] == [
        f"Opened {closed} for passage (chmod o+x), because the servers below it do not run as root."
    ]
    said.clear()
    let_through(closed / "data", said.append)
    assert said == []


@pytest.mark.parametrize("runs", [True, False])
def test_a_program_made_inaccessible_by_a_strict_umask_becomes_executable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runs: bool
) -> None:
    package = tmp_path / "package"
    package.mkdir(mode=0o700)
    program, library = package / "server", package / "library"
    program.write_text("")
    program.chmod(0o700)
    library.write_text("")
    library.chmod(0o600)
    (package / "link").symlink_to(library)
    monkeypatch.setattr(privileges, "_runs", lambda _program, _account: runs)
    let_run(program, (package, tmp_path / "nowhere"), Account("nobody", 65534, 65534), lambda _line: None)
    opened = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in (program, library)}
    assert opened == ({"server": "0o700", "library": "0o600"} if runs else {"server": "0o705", "library": "0o604"})
