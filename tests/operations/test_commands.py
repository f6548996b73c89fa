"""The commands of `phoenix`, run in the process of the test: what they print, and their exit status."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from tests.harness import Place

from phoenix import check_settings, commands
from phoenix.cli import WRONG_SETTINGS
from phoenix.composition import MODULES, REGISTRY
from phoenix.embedded.postgres.server import APPLICATION_ROLE
from phoenix.kernel.module import Check, Module
from phoenix.kernel.runtime import Runtime
from phoenix.modules.demo.people import PEOPLE
from phoenix.operations.check_module import Missing

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on the database of the test; returns its status, standard output and standard error."""
    given = {
        "ENVIRONMENT": "test",
        "SECRET_KEY": f"a secret for tests, long enough and of many letters {place.folder}",
        "DATABASE_URL": place.database,
        "DATABASE_OWNER_URL": place.owner,
        "CACHE_URL": place.valkey,
        "DATA": str(place.folder),
    }
    for name, value in given.items():
        monkeypatch.setenv(f"PHOENIX_{name}", value)
    # Logging is configured for the whole process, which also runs other tests.
    monkeypatch.setattr(commands, "configure", lambda _settings: None)

    def go(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["phoenix", *words])
        with pytest.raises(SystemExit) as ended:
            commands.main()
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    return go


def test_modules_are_printed_with_what_they_declare(run: Run) -> None:
    status, out, _ = run("modules")
    assert status == 0
    assert [module.name for module in MODULES if f"{module.name}: " not in out] == []
    for words in ("/api/v2/entries", "entries.write", "entries.posted", "accounts.erase", "needs", "card"):
        assert words in out


def test_settings_are_listed_with_their_defaults(run: Run) -> None:
    status, out, _ = run("settings")
    assert status == 0
    assert [variable.name for _, variable in REGISTRY.variables if f"\n{variable.name}=" not in f"\n{out}"] == []
    assert "\nPHOENIX_DEMO=false\n" in out
    assert "\nPHOENIX_MODULES=\n" in out


def test_a_check_of_settings_names_unknown_variables(run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("settings", "--check") == (0, "", "")
    monkeypatch.setenv("PHOENIX_PROT", "8000")
    status, out, err = run("settings", "--check")
    assert (status, out) == (0, "")
    assert "PHOENIX_PROT" in err
    assert "PHOENIX_PORT" in err
    monkeypatch.setenv("PHOENIX_PORT", "eighty")
    status, _, err = run("settings", "--check")
    assert status == WRONG_SETTINGS
    assert err.startswith("PHOENIX_PORT")
    # In its own process, as `phoenix settings --check` runs it.
    with pytest.raises(SystemExit) as ended:
        check_settings.main()
    assert (ended.value.code, capsys.readouterr().err) == (WRONG_SETTINGS, err)


def test_checks_are_printed_one_per_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fine(_runtime: Runtime) -> str:
        return ""

    async def wrong(_runtime: Runtime) -> str:
        return "Connect the disk."

    monkeypatch.setitem(REGISTRY.__dict__, "checks", (Check("space", "There is space.", fine),))
    assert run("checks")[:2] == (0, "✓ There is space.\n")
    monkeypatch.setitem(REGISTRY.__dict__, "checks", (Check("space", "There is space", fine), Check("disk", "There is a disk", wrong)))
    assert run("checks")[:2] == (1, "✓ There is space\n✗ There is a disk: Connect the disk.\n")


def test_a_command_without_output_prints_nothing(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    async def silent(_runtime: Runtime) -> None:
        return None

    assert run("settings", "--check")[0] == 0
    commands.with_runtime(silent)
    assert capsys.readouterr().out == ""


def test_a_database_is_filled_with_people_or_with_entries(run: Run) -> None:
    status, out, _ = run("seed", "--demo")
    assert status == 0
    assert {account["name"] for account in json.loads(out)["accounts"]} == {person.name for person in PEOPLE}
    status, out, _ = run("seed", "--scale", "7")
    assert status == 0
    assert "7 entries" in out
    status, _, err = run("seed", "--scale", "7", "--organisation", "nowhere")
    assert (status, "organisation" in err) == (1, True)


def test_a_module_is_created_and_the_next_steps_are_printed(run: Run, tmp_path: Path) -> None:
    status, out, _ = run("new-module", "loans", "--folder", str(tmp_path))
    assert status == 0
    assert (tmp_path / "loans" / "module.py").exists()
    assert "src/phoenix/composition.py" in out
    status, out, _ = run("new-module", "loans", "--folder", str(tmp_path / "other"), "--package", "library")
    assert status == 0
    assert 'entry-points."phoenix.modules"' in out
    status, _, err = run("new-module", "Loans", "--folder", str(tmp_path))
    assert status == WRONG_SETTINGS
    assert err


def test_a_product_is_created(run: Run, tmp_path: Path) -> None:
    status, out, _ = run("new-product", "library", str(tmp_path / "library"))
    assert status == 0
    assert (tmp_path / "library" / "pyproject.toml").exists()
    assert f"cd {tmp_path / 'library'}" in out


def test_what_is_missing_from_a_module_is_printed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    here, elsewhere = Path.cwd() / "docs/where.md", Path("/elsewhere/module.py")
    missing = [Missing(here, "It has no row."), Missing(elsewhere, "It has no test.")]
    monkeypatch.setattr(commands, "what_is_missing", lambda _module, _registry: missing)
    assert run("check-module", "entries") == (1, "docs/where.md: It has no row.\n/elsewhere/module.py: It has no test.\n", "")


def test_a_module_can_be_checked_before_it_is_in_the_composition(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[list[str]] = []

    def load(references: list[str]) -> list[Module]:
        loaded.append(references)
        return [Module(name="loans", about="Lend.", folder=Path("/elsewhere/loans"))]

    monkeypatch.setattr(commands, "find_spec", lambda _name: object())
    monkeypatch.setattr(commands, "load", load)
    monkeypatch.setattr(commands, "what_is_missing", lambda _module, _registry: [])
    assert run("check-module", "loans") == (0, "Nothing is missing from loans.\n", "")
    assert loaded == [["phoenix.modules.loans.module:MODULE"]]


def test_nothing_is_missing_from_a_module_of_phoenix(run: Run) -> None:
    assert run("check-module", "entries") == (0, "Nothing is missing from entries.\n", "")
    status, _, err = run("check-module", "entires")
    assert status == WRONG_SETTINGS
    assert "There is no module called 'entires'." in err


def test_the_openapi_document_is_written(run: Run, tmp_path: Path) -> None:
    assert run("openapi", "--output", str(tmp_path / "api" / "openapi.json"))[0] == 0
    frozen = Path(__file__).parents[2] / "api/openapi.json"
    assert (tmp_path / "api" / "openapi.json").read_text() == frozen.read_text()


def test_pending_migrations_are_printed(run: Run, place: Place) -> None:
    async def go_back() -> None:
        connection = await asyncpg.connect(place.owner)
        await connection.execute("DELETE FROM alembic_version")
        await connection.close()

    asyncio.run(go_back())
    status, out, _ = run("db", "pending")
    assert status == 0
    assert {"accounts_0003", "audit_0001", "entries_0001"} <= set(out.split())


def test_the_owner_of_the_tables_needs_no_grants(run: Run, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    granted: list[str] = []

    async def grant(_owner: str, role: str) -> None:
        granted.append(role)

    monkeypatch.setattr(commands, "grant", grant)
    assert run("db", "migrate")[0] == 0
    assert granted == [APPLICATION_ROLE]
    monkeypatch.setenv("PHOENIX_DATABASE_URL", place.owner)
    assert run("db", "migrate")[0] == 0
    assert granted == [APPLICATION_ROLE]


def test_a_database_that_is_up_to_date_says_so(run: Run) -> None:
    status, _, err = run("db", "migrate")
    assert (status, err) == (0, "The database is up to date.\n")
    assert run("db", "pending") == (0, "", "")


@pytest.mark.parametrize("option", [(), ("--owner",)])
def test_psql_is_started_as_the_application_or_as_the_owner(
    run: Run, place: Place, monkeypatch: pytest.MonkeyPatch, option: tuple[str, ...]
) -> None:
    opened: list[tuple[str, tuple[str, ...]]] = []
    monkeypatch.setattr(commands, "open_shell", lambda url, arguments: opened.append((url, arguments)))
    assert run("db", "shell", *option, "-c", "SELECT 1")[0] == 0
    assert opened == [(place.owner if option else place.database, ("-c", "SELECT 1"))]


def test_the_prompt_has_the_runtime_and_runs_statements(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("(await sql('SELECT $1::int AS n', 5))[0]\nruntime.settings.installation.environment\n"))
    status, out, _ = run("shell")
    assert status == 0
    assert "{'n': 5}" in out
    assert "'test'" in out


def test_commands_of_modules_have_their_options(run: Run) -> None:
    assert run("keys", "rotate")[0] == 0
    status, out, _ = run("keys", "list")
    assert (status, len(out.splitlines())) == (0, 2)
    status, out, _ = run("audit", "verify")
    assert (status, "audit log" in out.lower()) == (0, True)
    status, out, _ = run("accounts", "first-administrator-link")
    assert (status, "/first-administrator?token=" in out) == (0, True)


def test_without_a_database_the_command_says_how_to_configure_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PHOENIX_DATABASE_URL")
    status, _, err = run("keys", "list")
    assert status == WRONG_SETTINGS
    assert err.startswith("PHOENIX_DATABASE_URL is missing, and no Phoenix runs in ")
