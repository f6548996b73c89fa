"""A leashed command is stopped with its owner, however the owner ends."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from phoenix.embedded.leash import CANNOT_RUN, leashed, main
from phoenix.embedded.processes import is_gone, wait_until

OWNER = """
import subprocess, sys
from phoenix.embedded.leash import leashed
process = subprocess.Popen(leashed([sys.executable, "-c", "import signal; signal.pause()"]))
print(process.pid, flush=True)
process.wait()
"""


def test_the_command_keeps_its_arguments_and_status() -> None:
    done = subprocess.run(
        leashed([sys.executable, "-c", "import sys; print(sys.argv[1:]); sys.exit(7)", "a b", "'"]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("""['a b', "'"]\n""", 7)


def test_a_command_that_does_not_exist_is_reported() -> None:
    done = subprocess.run(leashed(["/nowhere/at/all"]), capture_output=True, text=True, check=False)
    assert done.returncode == CANNOT_RUN
    assert "/nowhere/at/all cannot be run: No such file or directory." in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the signal")
def test_the_command_is_stopped_when_its_owner_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        child = int(owner.stdout.readline())
        assert not is_gone(child)
        owner.kill()
    assert wait_until(lambda: is_gone(child), 5)


def test_a_zombie_process_counts_as_ended() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    try:
        assert wait_until(lambda: is_gone(process.pid), 5), "a zombie counts as ended"
    finally:
        process.wait()
    assert is_gone(process.pid)
    assert not is_gone(os.getpid())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the user")
def test_the_command_runs_as_another_user() -> None:
    done = subprocess.run(
        leashed([str(shutil.which("id")), "-u"], user=(65534, 65534)), capture_output=True, text=True, check=True, cwd="/"
    )
    assert done.stdout == "65534\n"


class Became(Exception):
    """Raised instead of replacing this process by another program, which would end the tests."""


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Records the calls of the leash program, which runs in this process without effect."""
    seen: list[object] = []

    def become(path: str, command: list[str]) -> None:
        seen.append(command)
        raise Became(path)

    monkeypatch.setattr(os, "setgroups", lambda groups: seen.append(("groups", groups)))
    monkeypatch.setattr(os, "setgid", lambda gid: seen.append(("gid", gid)))
    monkeypatch.setattr(os, "setuid", lambda uid: seen.append(("uid", uid)))
    monkeypatch.setattr(os, "execv", become)
    # The kernel would send the signal when this process's parent ends.
    monkeypatch.setattr(sys, "platform", "other")
    return seen


def test_root_privileges_are_dropped_before_the_command_runs(done: list[object]) -> None:
    with pytest.raises(Became):
        main([str(os.getppid()), "15", "1001", "1002", "/bin/true", "x"])
    assert done == [("groups", []), ("gid", 1002), ("uid", 1001), ["/bin/true", "x"]]


def test_privileges_are_kept_if_no_other_user_is_given(done: list[object]) -> None:
    with pytest.raises(Became):
        main([str(os.getppid()), "15", "-1", "-1", "/bin/true"])
    assert done == [["/bin/true"]]


def test_a_command_does_not_run_if_its_owner_has_already_ended(done: list[object]) -> None:
    assert main(["1" if os.getppid() != 1 else "2", "15", "-1", "-1", "/bin/true"]) == 0
    assert done == []


def test_a_command_that_cannot_be_run_is_reported(
    monkeypatch: pytest.MonkeyPatch, done: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_path: str, _command: list[str]) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "execv", fail)
    assert main([str(os.getppid()), "15", "-1", "-1", "/etc/passwd"]) == CANNOT_RUN
    assert capsys.readouterr().err == "/etc/passwd cannot be run: Permission denied.\n"
