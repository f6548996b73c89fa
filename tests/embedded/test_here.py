"""Commands in a second terminal use the Phoenix that runs in the data folder, unless another is configured."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from phoenix.embedded.here import with_what_runs
from phoenix.embedded.postgres.server import Postgres
from phoenix.operations import database_shell
from phoenix.operations.database_shell import find_psql, open_shell
from phoenix.settings import DatabaseSettings, InstallationSettings, SecretSettings, Settings


def test_a_configured_database_is_used_unchanged(tmp_path: Path) -> None:
    named = Settings(database=DatabaseSettings(url="postgresql://db/phoenix"), installation=InstallationSettings(data=tmp_path))
    assert with_what_runs(named) is named


def test_the_running_phoenix_of_a_folder_is_found_with_its_secret(tmp_path: Path) -> None:
    settings = replace(Settings(), installation=InstallationSettings(data=tmp_path))
    server = Postgres(tmp_path)
    server.start()
    try:
        found = with_what_runs(settings)
        assert (found.database.url, found.database.owner_url) == (server.application_url(), server.url)
        assert found.secrets.key == ""
        (tmp_path / "secret_key").write_text("made at the first start\n")
        assert with_what_runs(settings).secrets.key == "made at the first start"
        given = replace(settings, secrets=SecretSettings(key="given"))
        assert with_what_runs(given).secrets.key == "given"
    finally:
        server.stop()


def test_psql_gets_the_password_without_exposing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    became: list[tuple[list[str], dict[str, str]]] = []

    def become(_path: str, command: list[str], environment: dict[str, str]) -> None:
        became.append((command, environment))
        raise InterruptedError

    def opened(url: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
        with pytest.raises(InterruptedError):
            open_shell(url, arguments)
        return became[-1]

    monkeypatch.setattr(os, "execve", become)
    monkeypatch.setenv("PHOENIX_SECRET_KEY", "not for psql")
    monkeypatch.delenv("PGPASSWORD", raising=False)
    monkeypatch.setattr(database_shell, "find_psql", lambda: "/usr/bin/psql")
    command, environment = opened("postgresql://app:open%20sesame@db/phoenix", "-c", "SELECT 1")
    assert command == ["psql", "postgresql://app@db/phoenix", "-c", "SELECT 1"]
    assert environment["PGPASSWORD"] == "open sesame"
    assert "PHOENIX_SECRET_KEY" not in environment
    command, environment = opened("postgresql:///phoenix?host=/run/postgresql")
    assert command == ["psql", "postgresql:///phoenix?host=/run/postgresql"]
    assert "PGPASSWORD" not in environment


def test_the_psql_of_the_machine_is_preferred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/local/bin/{name}")
    assert find_psql() == "/usr/local/bin/psql"
