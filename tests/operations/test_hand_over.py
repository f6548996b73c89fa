"""Secrets reach a process by a descriptor that it inherits: they are in no environment, and it closes its memory to others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap

import pytest

from phoenix.operations.up.hand_over import handed_over, is_secret
from phoenix.settings import DESCRIPTOR, SettingsError, variables
from phoenix.settings.process import inherited

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has files without a name, and /proc")

SECRET = "nine-lanterns-and-eleven-kettles-by-the-harbour"
GIVEN = {
    "PATH": "/usr/bin:/bin",
    "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    "PHOENIX_ENVIRONMENT": "test",
    "PHOENIX_SECRET_KEY": SECRET,
    "PHOENIX_NOTES_TOKEN": SECRET,
    "PHOENIX_UP_DATA": "/data",
}
READS = """
    import json, os
    from phoenix.settings import read_settings
    number = int(os.environ["PHOENIX_UP_SECRETS"])
    first, again = read_settings(), read_settings()
    assert first.secrets.key == again.secrets.key
    try:
        os.fstat(number)
        is_open = True
    except OSError:
        is_open = False
    environ = open("/proc/self/environ").read() + json.dumps(dict(os.environ))
    print(json.dumps([first.secrets.key, first.given["PHOENIX_NOTES_TOKEN"], is_open, first.secrets.key in environ]))
"""
# As another user than root, to whom all memory is open. The kernel closes the memory of a process that changes its user, so it is opened.
LOOKS = """
    import ctypes, os, sys
    from phoenix.settings import settings_of_process
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
    settings_of_process()
    looked_at = os.getpid()
    if os.fork() == 0:
        try:
            open(f"/proc/{looked_at}/environ").read()
            print("read")
        except PermissionError:
            print("refused")
        sys.stdout.flush()
        os._exit(0)
    os.wait()
"""


def _python(script: str, environment: dict[str, str], descriptors: tuple[int, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(script)]
    return subprocess.run(command, env=environment, pass_fds=descriptors, capture_output=True, text=True, check=False)


def test_secrets_are_read_once_and_are_in_no_environment() -> None:
    with handed_over(GIVEN) as (environment, descriptors):
        assert SECRET not in json.dumps(environment)
        assert environment["PHOENIX_ENVIRONMENT"] == "test"
        done = _python(READS, environment, descriptors)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [SECRET, SECRET, False, False]
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptors[0])


def test_every_secret_is_handed_over_and_what_modules_declare() -> None:
    for _, variable in variables():
        assert is_secret(variable.name) is variable.secret
    assert is_secret("PHOENIX_NOTES_TOKEN")
    for name in ("PATH", "PHOENIX_MODULES", "PHOENIX_UP_WITHHELD", "PHOENIX_SECRET_KEY_FILE"):
        assert not is_secret(name)


def test_a_program_without_secrets_inherits_nothing() -> None:
    with handed_over({"PATH": "/bin", "PHOENIX_UP_DATA": "/data"}) as found:
        assert found == ({"PATH": "/bin", "PHOENIX_UP_DATA": "/data"}, ())


@pytest.mark.parametrize("number", ["987", "x"])
def test_a_descriptor_without_secrets_is_refused_with_a_sentence(number: str) -> None:
    done = _python("from phoenix.settings import read_settings\nread_settings()", {**GIVEN, DESCRIPTOR: number})
    assert "PHOENIX_UP_SECRETS names no descriptor with secrets." in done.stderr


@pytest.mark.parametrize(("environment", "expected"), [("test", "refused"), ("development", "read")])
def test_a_process_of_the_same_user_reads_no_environment_outside_development(environment: str, expected: str) -> None:
    done = _python(LOOKS, {**GIVEN, "PHOENIX_ENVIRONMENT": environment})
    assert done.stdout.strip() == expected, done.stderr


@pytest.mark.parametrize("number", ["999999", "not a number"])
def test_a_descriptor_that_is_none_is_refused_with_its_name(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    monkeypatch.setenv(DESCRIPTOR, number)
    with pytest.raises(SettingsError, match=f"{DESCRIPTOR} names no descriptor"):
        inherited.__wrapped__()
