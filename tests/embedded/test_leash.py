"""A leashed command dies with its owner, however that ends."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from phoenix.embedded.leash import CANNOT_RUN, leashed
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


def test_a_command_that_does_not_exist_is_told() -> None:
    done = subprocess.run(leashed(["/nowhere/at/all"]), capture_output=True, text=True, check=False)
    assert done.returncode == CANNOT_RUN
    assert "/nowhere/at/all cannot be run: No such file or directory." in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the signal")
def test_the_command_dies_with_a_killed_owner() -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        child = int(owner.stdout.readline())
        assert not is_gone(child)
        owner.kill()
    assert wait_until(lambda: is_gone(child), 5)


def test_a_process_that_waits_for_its_parent_is_gone() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    try:
        assert wait_until(lambda: is_gone(process.pid), 5), "a zombie counts as gone"
    finally:
        process.wait()
    assert is_gone(process.pid)
    assert not is_gone(os.getpid())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may change the user")
def test_the_command_runs_as_another_user() -> None:
    done = subprocess.run(
        leashed([str(shutil.which("id")), "-u"], user=(65534, 65534)), capture_output=True, text=True, check=True, cwd="/"
    )
    assert done.stdout == "65534\n"
