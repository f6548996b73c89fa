"""Rules that no linter knows: needs, permissions, SQL texts, settings, the frozen document."""

from __future__ import annotations

import ast
import asyncio
import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

import phoenix
from phoenix.app import build, openapi_document
from phoenix.composition import MODULES, REGISTRY
from phoenix.kernel.data import TABLES
from phoenix.kernel.data.database import set_codecs
from phoenix.kernel.data.query import Query, RowMismatchError
from phoenix.kernel.i18n.email import Mailer
from phoenix.kernel.module import Credential, ListQuery, Module, Permission, SecurityNotice
from phoenix.kernel.registry import Registry, RegistryError
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN
from phoenix.modules.accounts.actions import credentials
from phoenix.modules.dashboard.queries import statement
from phoenix.modules.sessions.queries import record_queries
from phoenix.settings import EmailSettings, Settings, variables
from tests.harness import Place

SOURCE = Path(phoenix.__file__).parent
ROOT = SOURCE.parent.parent


def queries() -> Iterator[tuple[str, Query[Any]]]:
    """Every named SQL text of the product."""
    for found in pkgutil.walk_packages(phoenix.__path__, "phoenix."):
        if ".migrations." in found.name or found.name.endswith("__main__"):
            continue
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            if isinstance(value, Query):
                yield f"{found.name}.{name}", value


QUERIES = dict(queries())


def tables_named(path: Path) -> set[str]:
    """The tables that the SQL of a file reads or changes; of a migration those that its own tables refer to."""
    text = path.read_text(encoding="utf-8")
    if "migrations" in path.parts:
        return set(re.findall(r"\bREFERENCES (\w+)", text)) - set(re.findall(r"\bCREATE TABLE (\w+)", text))
    return set(re.findall(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE) (\w+)", text))


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.name)
def test_needs_are_the_real_imports(module: Module) -> None:
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
def test_other_modules_are_entered_by_their_actions(module: Module) -> None:
    """Across modules only actions, the events they record and the errors they raise are imported."""
    for path in module.folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("phoenix.modules."):
                _phoenix, _modules, other, *part = [*(node.module or "").split("."), *(a.name for a in node.names)]
                assert other == module.name or part[0] in {"actions", "events", "errors"}, f"{path}: {node.module}"


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.name)
def test_only_its_module_changes_a_table(module: Module) -> None:
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


def test_every_route_names_its_permission() -> None:
    known = {PUBLIC, SIGNED_IN, *REGISTRY.permissions}
    app = build(Settings(), REGISTRY)
    seen = 0
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            if "OPTIONS" in handler.http_methods and len(handler.http_methods) == 1:
                continue
            seen += 1
            assert handler.opt["rule"].may in known, f"{handler.paths} names no permission"
            assert isinstance(handler.opt.get("queries"), int), f"{handler.paths} has no query budget"
    assert seen > 60


def test_public_routes_are_these_and_no_others() -> None:
    public = sorted(
        f"{min(route.http_methods)} {min(route.paths)}" for module in MODULES for route in module.routes if route.opt["rule"].may == PUBLIC
    )
    assert public == [
        "GET /",
        "GET /",
        "GET /.well-known/jwks.json",
        "GET /api/v2/providers",
        "GET /first-administrator",
        "GET /forgot-password",
        "GET /invitations/accept",
        "GET /look-as",
        "GET /reset-password",
        "GET /sign-in",
        "GET /sign-in/by-mail",
        "GET /sign-in/code",
        "GET /sign-in/second-step",
        "GET /sign-in/with/{provider:str}/callback",
        "GET /sign-up",
        "GET /sign-up/with",
        "GET /terms",
        "GET /unlock",
        "GET /verify",
        "GET /verify/link",
        "POST /api/v2/accounts",
        "POST /api/v2/accounts/verify",
        "POST /api/v2/accounts/verify/resend",
        "POST /api/v2/password_resets",
        "POST /api/v2/password_resets/complete",
        "POST /api/v2/sessions",
        "POST /api/v2/sessions/email_code",
        "POST /api/v2/sessions/email_code/complete",
        "POST /api/v2/sessions/passkey",
        "POST /api/v2/sessions/passkey/options",
        "POST /api/v2/sessions/refresh",
        "POST /api/v2/sessions/second_factor",
        "POST /api/v2/unlocks",
        "POST /first-administrator",
        "POST /forgot-password",
        "POST /look-as",
        "POST /reset-password",
        "POST /sign-in",
        "POST /sign-in/by-mail",
        "POST /sign-in/code",
        "POST /sign-in/passkey",
        "POST /sign-in/second-step",
        "POST /sign-in/with/{provider:str}",
        "POST /sign-in/with/{provider:str}/callback",
        "POST /sign-up",
        "POST /sign-up/with",
        "POST /unlock",
        "POST /verify",
        "POST /verify/link",
        "POST /verify/resend",
    ]


def test_every_public_form_is_limited() -> None:
    for module in MODULES:
        for route in module.routes:
            if route.opt["rule"].may == PUBLIC and "POST" in route.http_methods:
                assert route.opt["rule"].limits, f"{route.paths} can be tried without end"


def test_every_sql_text_fits_the_schema_and_its_row(place: Place) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(place.owner)
        await set_codecs(connection)
        try:
            assert len(QUERIES) > 50
            records = record_queries(REGISTRY.credentials)
            texts = {
                **QUERIES,
                "dashboard": Query(lambda *columns: columns, statement(REGISTRY.cards)),
                "session by token": records.by_token,
                "session by id": records.by_id,
                "sign-in methods": credentials.statement(REGISTRY.credentials),
            }
            wrong = []
            for name, query in texts.items():
                prepared = await connection.prepare(query.sql)
                columns = tuple(attribute.name for attribute in prepared.get_attributes())
                try:
                    query.matched(columns)
                except RowMismatchError as error:
                    wrong.append(f"{name}: {error}")
            assert not wrong, "\n".join(wrong)
        finally:
            await connection.close()

    asyncio.run(run())


def lists() -> dict[str, ListQuery]:
    """The queries that give a page of a list, by name, as their modules declare them."""
    named = {id(query): name for name, query in QUERIES.items()}
    return {named[id(one.query)]: one for module in MODULES for one in module.lists}


def test_every_list_is_declared() -> None:
    """A query of a module that gives as many rows as it is told is a list, and its plan is looked at."""
    paged = {name for name, query in QUERIES.items() if re.search(r"LIMIT \$\d", query.sql) and name.startswith("phoenix.modules.")}
    assert paged <= set(lists())


def whole_tables(plan: Any, sizes: dict[str, int]) -> Iterator[str]:
    """The tables of more than 1,000 rows that a plan reads from end to end."""
    if plan["Node Type"] == "Seq Scan" and sizes.get(plan["Relation Name"], 0) > 1000:
        yield plan["Relation Name"]
    for inner in plan.get("Plans", ()):
        yield from whole_tables(inner, sizes)


def test_lists_read_by_an_index_on_100_000_rows(place: Place) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(place.owner)
        await set_codecs(connection)
        try:
            await connection.execute(SEED)
            sizes = dict(await connection.fetch("SELECT relname, reltuples::bigint FROM pg_class WHERE relkind = 'r'"))
            assert min(sizes[table] for table in ("entries", "events", "audit_log")) > 90_000
            for name, declared in lists().items():
                rows = await connection.fetch(f"EXPLAIN (FORMAT JSON) {declared.query.sql}", *declared.arguments)
                plan = rows[0][0][0]["Plan"]
                assert list(whole_tables(plan, sizes)) == [], f"{name}: {json.dumps(plan)}"
                assert plan["Total Cost"] < 2000, f"{name} costs {plan['Total Cost']}"
        finally:
            await connection.close()

    asyncio.run(run())


SEED = """
    INSERT INTO accounts (id, email, email_key, name, password_hash, time_zone, locale, email_verified_at, terms_accepted_at, created_at, updated_at)
    SELECT 'acc_' || n, n || '@example.com', n || '@example.com', 'n', '!', 'UTC', 'en', now(), now(), now(), now() FROM generate_series(1, 2000) n;
    INSERT INTO organisations (id, slug, name, created_at, updated_at) SELECT 'org_' || n, 'o' || n, 'n', now(), now() FROM generate_series(0, 99) n;
    INSERT INTO memberships (organisation_id, account_id, role, joined_at)
    SELECT 'org_' || (n % 100), 'acc_' || n, 'member', now() FROM generate_series(1, 2000) n;
    INSERT INTO entries (id, organisation_id, author_id, title, body, occurred_at, time_zone, created_at, updated_at)
    SELECT 'ent_' || n, 'org_' || (n % 100), 'acc_' || (n % 2000 + 1), 't', 'b', now() - n * interval '1 minute', 'UTC', now(), now()
      FROM generate_series(1, 100000) n;
    INSERT INTO events (id, kind, organisation_id, actor_id, subject, data, occurred_at)
    SELECT 'evt_' || n, 'entries.posted', 'org_' || (n % 100), 'acc_1', 'ent_' || n, '{}', now() FROM generate_series(1, 100000) n;
    INSERT INTO audit_log (number, at, actor_id, action, subject, data, event_id, previous_hash, hash)
    SELECT n, now(), 'acc_' || (n % 2000), 'entries.posted', 'ent_' || n, '{}', 'evt_' || n, '\\x00', '\\x00' FROM generate_series(1, 100000) n;
    ANALYZE;
"""


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for _concern, declared in variables():
        variable, about = declared.name, declared.about
        assert f"`{variable}`" in text, f"{variable} is not in docs/settings.md"
        assert about in text, f"docs/settings.md says something else of {variable}"
    assert set(re.findall(r"`(PHOENIX_[A-Z_]+)`", text)) <= {variable.name for _, variable in variables()} | {
        "PHOENIX_X",
        "PHOENIX_X_FILE",
    }


def test_the_frozen_openapi_document_is_the_one_that_is_served() -> None:
    frozen = msgspec.json.decode((ROOT / "api" / "openapi.json").read_bytes())
    assert frozen == msgspec.json.decode(openapi_document()), "run `phoenix openapi` and say in CHANGELOG.md what changed"


def test_the_kernel_names_no_page_of_a_module() -> None:
    pages = {re.split(r"[{]", path)[0] for module in MODULES for handler in module.routes for path in handler.paths} - {"/", "/api/v2/"}
    kernel = SOURCE / "kernel"
    texts = {path: path.read_text(encoding="utf-8") for path in kernel.rglob("*.*") if path.suffix in {".py", ".html", ".txt"}}
    named = re.compile(r"""["'=](/[a-z][a-z0-9/_-]*)""")
    found = {(path.name, one) for path, text in texts.items() for one in named.findall(text) if one in pages or f"{one}/" in pages}
    assert not found


def test_no_import_inside_a_function() -> None:
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                inner = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
                assert not inner, f"{path}: {node.name}"


def test_no_file_is_too_long() -> None:
    for path in SOURCE.rglob("*.py"):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        assert lines <= 320, f"{path} has {lines} lines; split it by verb"


def test_the_registry_refuses_what_does_not_fit() -> None:
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


def test_a_token_goes_to_the_module_of_its_prefix() -> None:
    assert [REGISTRY.identity_of_token(token).records for token in ("phk_x", "pho_x", "a.b.c")] == ["key_", "ses_", "ses_"]  # type: ignore[union-attr]
    assert REGISTRY.identity_of_record("key_1") is REGISTRY.identity_of_token("phk_1")
    with pytest.raises(RegistryError, match=r"same prefix of tokens: \(any\)"):
        Registry([*MODULES, Module("more", "", Path(__file__).parent, identity=REGISTRY.identity_of_token("pho_x"))])


@pytest.mark.parametrize("template", Mailer(EmailSettings(), REGISTRY.template_folders).names())
def test_every_email_can_be_looked_at_with_a_sample(template: str) -> None:
    """Every template of an email has a sample, which gives it all that it asks for."""
    email = Mailer(EmailSettings(), REGISTRY.template_folders).render(template, **REGISTRY.emails[template].values)
    assert email.subject
    assert email.text


def test_every_sample_is_of_an_email() -> None:
    assert set(REGISTRY.emails) <= set(Mailer(EmailSettings(), REGISTRY.template_folders).names())
