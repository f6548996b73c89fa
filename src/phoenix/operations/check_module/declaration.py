"""What is missing from a module's declaration: words, permissions, events, query budgets, personal data."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from litestar.handlers import HTTPRouteHandler

from phoenix.kernel.data.events import Event
from phoenix.kernel.data.listed import Listed
from phoenix.kernel.data.query import Query
from phoenix.kernel.module import ListQuery, Module
from phoenix.kernel.registry import Registry
from phoenix.kernel.web.rules import PUBLIC, SIGNED_IN
from phoenix.operations.check_module.facts import fields_without_reason
from phoenix.operations.check_module.found import Folder, Missing

PAGED = re.compile(r"\bLIMIT \$\d")
CREATES = re.compile(r"\bCREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\w+) \((.*?)\n\s*\);", re.DOTALL)
OF_AN_ORGANISATION = re.compile(r"^\s*organisation(?:_id)? ", re.MULTILINE)
BELONGS_TO = re.compile(r"\bREFERENCES (\w+)(?: \(\w+\))? ON DELETE CASCADE")
OF_A_PERSON = re.compile(r"\bREFERENCES accounts\b")


def missing_in_declaration(folder: Folder, registry: Registry) -> Iterator[Missing]:
    if not folder.module.about.strip():
        yield Missing(folder.declaration, "The module has no description. Set about to one sentence that says what it is for.")
    yield from _permissions(folder, registry)
    yield from _events(folder)
    yield from _routes(folder, registry)
    yield from _lists(folder)
    yield from _emails(folder)
    yield from _owned(folder)
    if folder.module.personal is None and any(OF_A_PERSON.search(text) for text in _migrations(folder.module)):
        yield Missing(
            folder.declaration,
            "Its tables refer to accounts, but nothing says what happens to the rows when an account is deleted. "
            "Write personal.py with export() and erase(), and declare personal=PersonalData(…).",
        )


def _owned(folder: Folder) -> Iterator[Missing]:
    """Its tables that belong to organisations, by a column or through another of its tables, are in `owned`."""
    module = folder.module
    declared = {*module.owned.tables, *module.owned.stays} if module.owned else set()
    owned = {"organisations"}
    while found := {table for table, columns in _created(module) if _belongs_to(columns, owned)} - owned:
        owned |= found
    for table in sorted(owned & set(module.tables) - declared):
        yield Missing(
            folder.declaration,
            f"The table {table} belongs to organisations, but nothing says what happens to its rows when one is deleted. "
            "Write owned.py with export() and delete(), and declare owned=OrganisationData(…) with the table in tables, or in stays.",
        )


def _created(module: Module) -> list[tuple[str, str]]:
    """The tables that its migrations create, with their columns."""
    return [found for text in _migrations(module) for found in CREATES.findall(text)]


def _belongs_to(columns: str, owned: set[str]) -> bool:
    return bool(OF_AN_ORGANISATION.search(columns)) or bool(owned & set(BELONGS_TO.findall(columns)))


def _permissions(folder: Folder, registry: Registry) -> Iterator[Missing]:
    module, file = folder.module, folder.declaration
    granted = {name for names in module.roles.values() for name in names}
    opened = {route.opt["rule"].may for one in registry.modules for route in one.routes if _path(route).startswith("/api/")}
    for permission in module.permissions:
        if not permission.about.strip():
            yield Missing(file, f"The permission {permission.name} has no description. Say what it allows, as in “Read entries”.")
        if permission.scope == "organisation":
            if permission.name not in granted:
                yield Missing(file, f"No role has the permission {permission.name}. Give it to one in roles, or remove it.")
            if not opened & registry.with_implied(frozenset({permission.name})):
                yield Missing(
                    file, f"No API route requires the permission {permission.name}, so a key with it can do nothing. Add one to api.py."
                )


def _events(folder: Folder) -> Iterator[Missing]:
    declared = {kind.type for kind in folder.module.events}
    for name, found in sorted(_values(folder, "events")):
        if isinstance(found, type) and issubclass(found, Event) and found.kind and found not in declared:
            yield Missing(folder.declaration, f"The event {name} is not declared. Add an EventKind of it to events.")
    for kind in folder.module.events:
        is_read = kind.feed or kind.group or kind.link
        if is_read and not kind.summary.strip():
            yield Missing(
                folder.declaration, f"The event {kind.type.kind} has no description. Give it a summary, as in “{{actor}} posted the note”."
            )
        for name in fields_without_reason(kind):
            yield Missing(
                folder.declaration,
                f"The event {kind.type.kind} has the field {name}, which could contain people's texts. Replace it by an ID and read the "
                "text with texts; if it is an ID, add it to ids; or give the reason in holds.",
            )
        if kind.feed and not kind.group:
            yield Missing(
                folder.declaration,
                f"The event {kind.type.kind} is in the feed but in no group. Set group, so that people can filter by it.",
            )


def _routes(folder: Folder, registry: Registry) -> Iterator[Missing]:
    declared = folder.module.routes
    for name, route in _values(folder, "api", "pages"):
        if isinstance(route, HTTPRouteHandler) and not any(route is one for one in declared):
            yield Missing(folder.declaration, f"The route {name} is not declared. Add it to routes.")
    for route in declared:
        title = f"{min(route.http_methods)} {_path(route)}"
        file = _file_of(folder, route)
        rule = route.opt.get("rule")
        if rule is None or rule.may not in {PUBLIC, SIGNED_IN, *registry.permissions}:
            yield Missing(file, f"The route {title} names no permission that a module declares. Set may.")
        elif rule.may == PUBLIC and "POST" in route.http_methods and not rule.limits:
            yield Missing(file, f"The route {title} is public but not rate-limited. Set limits.")
        if not isinstance(route.opt.get("queries"), int):
            yield Missing(file, f"The route {title} has no query budget. Set queries to the number of statements it may run.")
        if _path(route).startswith("/api/") and not route.summary:
            yield Missing(file, f"The route {title} has no description. Give its function a docstring.")


def _lists(folder: Folder) -> Iterator[Missing]:
    declared = [one.query if isinstance(one, ListQuery) else one for one in folder.module.lists]
    for name, found in _values(folder, "queries"):
        is_list = isinstance(found, Listed) or (isinstance(found, Query) and PAGED.search(found.sql))
        if is_list and not any(found is one for one in declared):
            yield Missing(
                folder.declaration, f"The list {name} is not declared. Add it, or a ListQuery of it, to lists, so that its plan is tested."
            )


def _emails(folder: Folder) -> Iterator[Missing]:
    samples = {email.template for email in folder.module.emails}
    for path in sorted((folder.module.templates / "mail").glob("*.mjml")):
        name = f"{folder.module.name}/{path.stem}"
        if name not in samples:
            yield Missing(path, f"Staff cannot preview this email. Add EmailSample({name!r}, …) to emails.")


def _values(folder: Folder, *parts: str) -> Iterator[tuple[str, object]]:
    """What the named parts of the module define at their top level, each value once, with its name."""
    seen: list[object] = []
    for dotted, loaded in sorted(sys.modules.items()):
        own = dotted.removeprefix(f"{folder.package}.")
        if own == dotted or own.split(".")[0] not in parts:
            continue
        for name, value in sorted(vars(loaded).items()):
            is_from_elsewhere = isinstance(value, type) and value.__module__ != dotted
            if not is_from_elsewhere and not name.startswith("_") and not any(value is one for one in seen):
                seen.append(value)
                yield name, value


def _file_of(folder: Folder, route: HTTPRouteHandler) -> Path:
    """Where a route is written."""
    for path, text in folder.texts():
        if text in route.paths:
            return path
    return folder.declaration


def _path(route: HTTPRouteHandler) -> str:
    return min(route.paths)


def _migrations(module: Module) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(module.migrations.glob("*.py"))]
