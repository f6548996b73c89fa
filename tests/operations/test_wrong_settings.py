"""An invalid setting: one line with its name and the fix, exit status 2, and nothing is started."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest

from phoenix.kernel.module import Module
from phoenix.kernel.registry import Registry, RegistryError
from phoenix.operations.added import load, ordered
from phoenix.operations.references import folder_of, references
from phoenix.settings import SettingsError, read_settings, setting, unknown, variables
from phoenix.settings.declare import between

WRONG = [
    ("PHOENIX_ENVIRONMENT", "prod"),
    ("PHOENIX_PORT", "eighty"),
    ("PHOENIX_PORT", "70000"),
    ("PHOENIX_PORT", "0"),
    ("PHOENIX_WORKERS", "0"),
    ("PHOENIX_DEMO", "perhaps"),
    ("PHOENIX_TRUSTED_PROXIES", "10.0.0.0/99"),
    ("PHOENIX_TRUSTED_PROXIES", "the proxy"),
    ("PHOENIX_CORS_ORIGINS", "*"),
    ("PHOENIX_CORS_ORIGINS", "https://*.example.com"),
    ("PHOENIX_CORS_ORIGINS", "https://app.example.com/"),
    ("PHOENIX_CORS_ORIGINS", "app.example.com"),
    ("PHOENIX_PUBLIC_URL", "app.example.com"),
    ("PHOENIX_DATABASE_URL", "mysql://localhost/phoenix"),
    ("PHOENIX_DATABASE_URL", "postgresql://localhost:port/phoenix"),
    ("PHOENIX_DATABASE_POOL", "0"),
    ("PHOENIX_DATABASE_POOL", "-3"),
    ("PHOENIX_DATABASE_POOL", "٣"),
    ("PHOENIX_DATABASE_POOL", "100000"),
    ("PHOENIX_STATEMENT_TIMEOUT", "1"),
    ("PHOENIX_STATEMENT_TIMEOUT", "35001"),
    ("PHOENIX_CACHE_URL", "http://localhost:6379"),
    ("PHOENIX_NODES", "several"),
    ("PHOENIX_SESSION_IDLE", "0"),
    ("PHOENIX_SESSION_IDLE", "999999"),
    ("PHOENIX_ACCESS_TOKEN", "901"),
    ("PHOENIX_SECOND_FACTOR_FOR", "everyone"),
    ("PHOENIX_BREACHED_PASSWORDS", "ftp://example.com"),
    ("PHOENIX_ADMIN_BIND", "8020"),
    ("PHOENIX_ADMIN_BIND", "127.0.0.1:99999"),
    ("PHOENIX_ADMIN_NETWORKS", "10.8.0.0/33"),
    ("PHOENIX_SMTP_URL", "mail.example.com"),
    ("PHOENIX_SUPPORT_EMAIL", "the help desk"),
    ("PHOENIX_SUPPORT_EMAIL", "a@example.com?bcc=b@example.com"),
    ("PHOENIX_LOG_LEVEL", "loud"),
    ("PHOENIX_SECRET_KEY_FILE", "/nowhere/at/all"),
]


@pytest.mark.parametrize(("variable", "value"), WRONG)
def test_an_invalid_setting_is_named_with_the_fix(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({variable: value})
    sentence = str(refused.value)
    assert sentence.startswith(variable)
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_every_default_is_accepted() -> None:
    """The documented default is never refused when it is set explicitly."""
    for _concern, variable in variables():
        value = variable.default
        if isinstance(value, bool) or value == "":
            continue
        read_settings({variable.name: ",".join(value) if isinstance(value, tuple) else str(value)})


def test_the_command_line_reports_an_invalid_setting_in_one_line_and_starts_nothing(tmp_path: Path) -> None:
    env = {**os.environ, "PHOENIX_ADMIN_NETWORKS": "everywhere", "PHOENIX_DATA": str(tmp_path / "data")}
    done = subprocess.run([sys.executable, "-m", "phoenix.cli", "up"], env=env, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "PHOENIX_ADMIN_NETWORKS contains 'everywhere', which is not a network; use a form such as 10.8.0.0/24."
    ]
    assert not (tmp_path / "data").exists()


def test_an_unknown_variable_is_named_with_the_one_that_was_probably_meant() -> None:
    known = {variable.name for _, variable in variables()}
    assert unknown({"PHOENIX_WORKER": "2"}, known) == ["PHOENIX_WORKER is not a setting, and has no effect. Did you mean PHOENIX_WORKERS?"]
    assert unknown({"PHOENIX_WORKERS": "2", "PHOENIX_SECRET_KEY_FILE": "x", "PHOENIX_TEST_POSTGRES": "15"}, known) == []


@dataclasses.dataclass(frozen=True)
class NotesSettings:
    """Notes."""

    most: int = setting("MOST", 500, "Longest note in characters.", between(1, 10_000))


def _notes(name: str = "notes", **more: object) -> Module:
    return Module(name, "", Path(__file__).parent, settings=NotesSettings, **more)  # type: ignore[arg-type]


def test_a_module_can_have_its_own_settings() -> None:
    registry = Registry([_notes()])
    assert ("notes", "PHOENIX_NOTES_MOST") in [(concern, variable.name) for concern, variable in registry.variables]
    registry.check_settings(read_settings({"PHOENIX_NOTES_MOST": "20"}))
    with pytest.raises(SettingsError, match=r"^PHOENIX_NOTES_MOST must be between 1 and 10000, not 0\.$"):
        registry.check_settings(read_settings({"PHOENIX_NOTES_MOST": "0"}))


def test_two_modules_cannot_share_a_variable() -> None:
    with pytest.raises(RegistryError, match="same setting: PHOENIX_DATABASE_POOL"):
        Registry(
            [
                Module(
                    "database", "", Path(__file__).parent, settings=dataclasses.make_dataclass("S", [("pool", int, setting("POOL", 1, ""))])
                )
            ]
        )


@pytest.mark.parametrize(
    ("listed", "sentence"),
    [
        ("notes", "use the form package.module:NAME"),
        ("os.system('x'):MODULE", "use the form package.module:NAME"),
        ("no.such.package:MODULE", "there is no Python module no.such.package"),
        ("os:path", "which is not a Phoenix module"),
    ],
)
def test_missing_modules_of_other_packages_are_named(listed: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=r"^PHOENIX_MODULES") as refused:
        load(references({"PHOENIX_MODULES": listed}))
    assert sentence in str(refused.value)


def test_modules_of_other_packages_come_after_ours_in_the_order_of_their_needs() -> None:
    here = Path(__file__).parent
    own, first, second = Module("own", "", here), Module("first", "", here, needs=("second",)), Module("second", "", here, needs=("own",))
    assert [module.name for module in ordered([own], [first, second])] == ["own", "second", "first"]
    with pytest.raises(RegistryError, match="needs gone"):
        Registry(ordered([own], [Module("lost", "", here, needs=("gone",))]))


def test_the_folder_of_a_module_is_found_without_loading_it() -> None:
    assert folder_of("phoenix.modules.entries.module:MODULE").name == "entries"
