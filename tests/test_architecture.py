"""Rules that no linter checks: needs, tables, settings, the registry, the frozen API document, and the length of files."""

from __future__ import annotations

import ast
import asyncio
import re
from pathlib import Path

import asyncpg
import msgspec
import pytest

from phoenix.app import openapi_document
from phoenix.composition import MODULES, REGISTRY
from phoenix.kernel.data import TABLES
from phoenix.kernel.email.mailer import Mailer
from phoenix.kernel.language import DEFAULT_LOCALE, reading
from phoenix.kernel.module import Credential, Module, Permission, SecurityNotice
from phoenix.kernel.registry import Registry, RegistryError
from phoenix.settings import EmailSettings
from tests.harness import Place
from tests.source import ROOT, SOURCE

LONGEST_FILE = 300


def tables_named(path: Path) -> set[str]:
    """The tables that the SQL of a file reads or changes; for a migration, the tables that its own tables refer to."""
    text = path.read_text(encoding="utf-8")
    if "migrations" in path.parts:
        return set(re.findall(r"\bREFERENCES (\w+)", text)) - set(re.findall(r"\bCREATE TABLE (\w+)", text))
    return set(re.findall(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE) (\w+)", text))


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.name)
def test_declared_needs_equal_the_real_imports(module: Module) -> None:
    imported = set()
    for path in module.folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("phoenix.modules."):
                imported.add((node.module or "").split(".")[2])
    assert imported - {module.name} <= set(module.needs)
    named = {table for path in module.folder.rglob("*.py") for table in tables_named(path)}
    named = {owner.name for owner in MODULES if named & set(owner.tables)}
    assert named - {module.name} <= set(module.needs), "a table of a module that is not needed"
    assert set(module.needs) <= imported | named, "a need that is not used"


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.name)
def test_other_modules_are_used_only_through_actions_events_and_errors(module: Module) -> None:
    """Across modules only actions, the events they record and the errors they raise are imported."""
    for path in module.folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("phoenix.modules."):
                _phoenix, _modules, other, *part = [*(node.module or "").split("."), *(a.name for a in node.names)]
                assert other == module.name or part[0] in {"actions", "events", "errors"}, f"{path}: {node.module}"


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.name)
def test_only_the_owning_module_changes_a_table(module: Module) -> None:
    others = {table for other in MODULES if other is not module for table in other.tables}
    for path in module.folder.rglob("*.py"):
        if "migrations" not in path.parts:
            changed = set(re.findall(r"\b(?:INSERT INTO|UPDATE|DELETE FROM|LOCK TABLE) (\w+)", path.read_text(encoding="utf-8")))
            assert not changed & others, path


def test_every_table_belongs_to_one_module(place: Place) -> None:
    async def tables() -> set[str]:
        connection = await asyncpg.connect(place.owner)
        try:
            rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            return {row["tablename"] for row in rows}
        finally:
            await connection.close()

    of_modules = {table for module in MODULES for table in module.tables}
    assert asyncio.run(tables()) == of_modules | set(TABLES)


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for _concern, declared in REGISTRY.variables:
        variable, about = declared.name, declared.about
        assert f"`{variable}`" in text, f"{variable} is not in docs/settings.md"
        assert about in text, f"docs/settings.md differs for {variable}"
    assert set(re.findall(r"`(PHOENIX_[A-Z_]+)`", text)) <= {variable.name for _, variable in REGISTRY.variables} | {
        "PHOENIX_X",
        "PHOENIX_X_FILE",
    }


def test_the_frozen_openapi_document_equals_the_served_one() -> None:
    frozen = msgspec.json.decode((ROOT / "api" / "openapi.json").read_bytes())
    assert frozen == msgspec.json.decode(openapi_document()), "run `phoenix openapi` and say in CHANGELOG.md what changed"


def test_the_kernel_names_no_page_of_a_module() -> None:
    pages = {re.split(r"[{]", path)[0] for module in MODULES for handler in module.routes for path in handler.paths} - {"/", "/api/v2/"}
    kernel = SOURCE / "kernel"
    texts = {path: path.read_text(encoding="utf-8") for path in kernel.rglob("*.*") if path.suffix in {".py", ".html", ".txt"}}
    named = re.compile(r"""["'=](/[a-z][a-z0-9/_-]*)""")
    found = {(path.name, one) for path, text in texts.items() for one in named.findall(text) if one in pages or f"{one}/" in pages}
    assert not found


def test_there_is_no_import_inside_a_function() -> None:
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                inner = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
                assert not inner, f"{path}: {node.name}"


def test_no_file_is_too_long() -> None:
    files = [path for folder in ("src", "tests", "tools", "bench") for path in (ROOT / folder).rglob("*.py")]
    lines = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {path: many for path, many in lines.items() if many > LONGEST_FILE} == {}, "split it by verb"


def test_the_registry_refuses_modules_that_conflict() -> None:
    here = Path(__file__).parent
    one = Module("one", "", here, permissions=(Permission("one.read", ""),))
    with pytest.raises(RegistryError, match="Two modules are called one"):
        Registry([one, Module("one", "", here)])
    with pytest.raises(RegistryError, match="needs two, which is not among the modules before it"):
        Registry([Module("three", "", here, needs=("two",)), Module("two", "", here)])
    with pytest.raises(RegistryError, match="needs two, which only receives what other modules declare"):
        Registry([Module("two", "", here, receives=True), Module("three", "", here, needs=("two",))])
    with pytest.raises(RegistryError, match=r"same permission: one\.read"):
        Registry([one, Module("two", "", here, permissions=(Permission("one.read", ""),))])
    with pytest.raises(RegistryError, match="which no module declares"):
        Registry([Module("two", "", here, roles={"owner": frozenset({"nothing"})})])
    with pytest.raises(RegistryError, match="same table: entries"):
        Registry([Module("one", "", here, tables=("entries",)), Module("two", "", here, tables=("entries",))])
    passkey = Credential("passkey", "SELECT 1")
    with pytest.raises(RegistryError, match="same credential: passkey"):
        Registry([Module("one", "", here, credentials=(passkey,)), Module("two", "", here, credentials=(passkey,))])
    notice = SecurityNotice("locked", "Locked.")
    with pytest.raises(RegistryError, match="same security notice: locked"):
        Registry([Module("one", "", here, notices=(notice,)), Module("two", "", here, notices=(notice,))])


def test_a_token_is_read_by_the_module_of_its_prefix() -> None:
    assert [REGISTRY.identity_of_token(token).records for token in ("phk_x", "pho_x", "a.b.c")] == ["key_", "ses_", "ses_"]  # type: ignore[union-attr]
    assert REGISTRY.identity_of_record("key_1") is REGISTRY.identity_of_token("phk_1")
    with pytest.raises(RegistryError, match=r"same prefix of tokens: \(any\)"):
        Registry([*MODULES, Module("more", "", Path(__file__).parent, identity=REGISTRY.identity_of_token("pho_x"))])


@pytest.mark.parametrize("template", Mailer(EmailSettings(), REGISTRY.template_folders).names())
def test_every_email_has_a_sample_for_its_preview(template: str) -> None:
    """Every email template has a sample with all the values that it needs."""
    with reading(DEFAULT_LOCALE):
        email = Mailer(EmailSettings(), REGISTRY.template_folders).render(template, **REGISTRY.emails[template].values)
    assert email.subject
    assert email.text


def test_every_sample_belongs_to_an_email() -> None:
    assert set(REGISTRY.emails) <= set(Mailer(EmailSettings(), REGISTRY.template_folders).names())
