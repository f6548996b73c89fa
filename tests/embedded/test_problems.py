"""What prevents the embedded servers from starting, and the messages about it."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from phoenix.embedded import processes, valkey
from phoenix.embedded.here import with_what_runs
from phoenix.embedded.postgres import configure, programs
from phoenix.embedded.postgres.server import Postgres
from phoenix.embedded.processes import EmbeddedError
from phoenix.operations.database_shell import NoShellError, find_psql
from phoenix.settings import InstallationSettings, Settings, SettingsError

STAYS = (sys.executable, "-c", "import signal; print('here', flush=True); signal.pause()")


def test_a_command_without_a_running_phoenix_says_which_setting_to_set(tmp_path: Path) -> None:
    settings = replace(Settings(), installation=InstallationSettings(data=tmp_path))
    with pytest.raises(SettingsError, match="no Phoenix runs in .*Set it to the PostgreSQL of your Phoenix"):
        with_what_runs(settings)


@pytest.mark.parametrize(("problem", "words"), [("refused", "belongs to another user"), ("deaf", "does not stop")])
def test_a_process_that_cannot_be_stopped_is_named(monkeypatch: pytest.MonkeyPatch, problem: str, words: str) -> None:
    """Tests may run as root, who can signal every process; and a process that survives SIGKILL cannot be made on purpose."""

    def refuse(_pid: int, _sign: int) -> None:
        raise PermissionError

    with subprocess.Popen(STAYS, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            with monkeypatch.context() as patch:
                if problem == "refused":
                    patch.setattr(os, "kill", refuse)
                else:
                    patch.setattr(processes, "wait_until", lambda _condition, _seconds: False)
                with pytest.raises(EmbeddedError, match=f"Process {process.pid}, left over from an earlier start, {words}"):
                    processes.end(process.pid, sign=signal.SIGTERM, seconds=0)
        finally:
            process.kill()


def test_the_error_names_the_log_of_a_server_that_ends_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(configure.CONFIGURATION, "work_mem", "nonsense")
    server = Postgres(tmp_path)
    with pytest.raises(EmbeddedError, match=f"PostgreSQL did not start. {server.log} says why"):
        server.start()
    assert "work_mem" in server.log.read_text()
    monkeypatch.setattr(valkey, "CONFIGURATION", "port {port}\nno-such-directive {password} {folder}\n")
    cache = valkey.Valkey(tmp_path)
    with pytest.raises(EmbeddedError, match=f"Valkey did not start. {cache.log} says why"):
        cache.start()


def test_a_socket_folder_created_by_another_user_is_not_used(tmp_path: Path) -> None:
    data = tmp_path.resolve() / ("long" * 30)
    server = Postgres(data)
    mark = hashlib.sha256(os.fsencode(server.folder)).hexdigest()[:12]
    theirs = Path(tempfile.gettempdir()) / f"phoenix-{mark}"
    theirs.symlink_to(tmp_path, target_is_directory=True)
    try:
        with pytest.raises(EmbeddedError, match="belongs to another user. Remove it, or name a data folder with a shorter path"):
            server.start()
    finally:
        theirs.unlink()


def test_without_psql_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(programs, "find_spec", lambda _name: None)
    with pytest.raises(NoShellError, match="There is no psql on this machine"):
        find_psql()
