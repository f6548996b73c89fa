"""Details of the embedded servers: servers that are not running, logs that grow, and programs installed on the machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from phoenix.embedded import valkey
from phoenix.embedded.postgres import server as module
from phoenix.embedded.postgres.server import Postgres
from phoenix.embedded.valkey import Valkey


def test_stopping_a_server_that_does_not_run_does_nothing(tmp_path: Path) -> None:
    for server in (Postgres(tmp_path), Valkey(tmp_path)):
        assert server.has_ended()
        server.kill()
        server.stop()


@pytest.mark.parametrize("lines", [3, 8])
def test_a_server_that_is_not_ready_is_not_reused(tmp_path: Path, lines: int) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *["x"] * (lines - 1)]))
    assert not Postgres(tmp_path).find()


def test_a_long_log_file_is_rotated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_LOG", 10)
    server = Postgres(tmp_path)
    server.start()
    server.stop()
    first = server.log.read_text()
    assert len(first) > 10
    server.start()
    server.stop()
    assert server.log.with_suffix(".log.1").read_text() == first


def test_the_valkey_of_the_machine_can_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Found:
        origin = str(tmp_path / "package" / "__init__.py")

    found: list[Any] = [None, Found()]
    program = tmp_path / "bin" / "redis-server"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    for spec in found:
        monkeypatch.setattr(valkey, "find_spec", lambda _name, spec=spec: spec)
        assert valkey.program() == program
