"""The light command line: it runs `phoenix up` itself, and passes every other command to the program that loads all modules."""

from __future__ import annotations

import io
import os
import sys
from typing import Any

import pytest
from rich.console import Console

from phoenix import cli
from phoenix.cli import WRONG_SETTINGS
from phoenix.operations.up import become
from phoenix.operations.up.ready import announce, describe
from phoenix.settings import Settings, read_settings


class Became(Exception):
    """Raised instead of replacing this process by another program, which would end the tests."""


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    commands: list[list[str]] = []

    def become_it(_path: str, command: list[str], _environment: Any = None) -> None:
        commands.append(command[1:])
        raise Became

    monkeypatch.setattr(os, "execv", become_it)
    monkeypatch.setattr(os, "execve", become_it)
    return commands


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["phoenix", *words])
    with pytest.raises((Became, SystemExit)) as ended:
        cli.main()
    return ended.value.code if isinstance(ended.value, SystemExit) and isinstance(ended.value.code, int) else -1


@pytest.mark.parametrize(
    ("words", "program"),
    [
        (("modules",), ["-m", "phoenix.commands", "modules"]),
        ((), ["-m", "phoenix.commands"]),
        (("up", "--help"), ["-m", "phoenix.commands", "up", "--help"]),
        (("settings",), ["-m", "phoenix.commands", "settings"]),
        (("settings", "--check"), ["-m", "phoenix.check_settings", "settings", "--check"]),
        (("up", "--json"), ["-m", "phoenix.operations.up", "--json"]),
        (("up", "--port", "8123", "--no-demo"), ["-m", "phoenix.operations.up"]),
    ],
)
def test_a_command_is_passed_to_the_right_program(
    monkeypatch: pytest.MonkeyPatch, became: list[list[str]], words: tuple[str, ...], program: list[str]
) -> None:
    assert run(monkeypatch, *words) == -1
    assert became == [program]


@pytest.mark.parametrize(
    ("variable", "value"), [("PHOENIX_PORT", "eighty"), ("PHOENIX_MODULES", "nowhere.at.all:MODULE"), ("PHOENIX_MODULES", "no colon")]
)
def test_an_invalid_setting_is_reported_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], became: list[list[str]], variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert run(monkeypatch, "up") == WRONG_SETTINGS
    said = capsys.readouterr().err
    assert said.startswith(variable)
    assert said.count("\n") == 1
    assert became == []


@pytest.mark.parametrize(
    ("terminal", "given", "shown"), [(True, {}, "pretty"), (True, {"PHOENIX_LOG_FORMAT": "json"}, "json"), (False, {}, "json")]
)
def test_logs_are_plain_lines_at_a_terminal(monkeypatch: pytest.MonkeyPatch, terminal: bool, given: dict[str, str], shown: str) -> None:
    environments: list[dict[str, str]] = []

    def become_it(_path: str, _command: list[str], environment: dict[str, str]) -> None:
        environments.append(environment)
        raise Became

    monkeypatch.setattr(os, "execve", become_it)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    monkeypatch.delenv("PHOENIX_LOG_FORMAT", raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Became):
        become.up(read_settings(given), json=False)
    assert read_settings(environments[0]).logs.format == shown


def test_only_what_exists_is_announced() -> None:
    out = io.StringIO()
    bare = describe(Settings(), database="postgresql:///phoenix", cache="redis://127.0.0.1/0", link=None, accounts=())
    announce(bare, json=False, console=Console(file=out, width=200))
    assert "Phoenix is ready at" in out.getvalue()
    assert "First administrator" not in out.getvalue()
    assert ("Mailbox" in out.getvalue()) is (bare.mailbox is not None)
