"""Whether a module's migrations fit each other, its tables and the migrations they come after. No database is needed."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from alembic.script import Script
from alembic.util import CommandError

import phoenix.kernel.data
from phoenix.kernel.registry import Registry
from phoenix.operations.check_module.found import Folder, Missing
from phoenix.operations.migrate import scripts

CREATES = re.compile(r"\bCREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\w+)")
DROPS = re.compile(r"\bDROP TABLE (?:IF EXISTS )?(\w+)|\bALTER TABLE (\w+) RENAME TO\b")
RENAMES = re.compile(r"\bRENAME TO (\w+)")
REFERS = re.compile(r"\bREFERENCES (\w+)")


def missing_in_migrations(folder: Folder, registry: Registry) -> Iterator[Missing]:
    module = folder.module
    files = sorted(module.migrations.glob("*.py"))
    created = {table for one in registry.modules for path in one.migrations.glob("*.py") for table in _tables_of(path)}
    for table in module.tables:
        if table not in created:
            yield Missing(
                module.migrations,
                f"No migration creates the table {table}. Write {module.name}_{len(files) + 1:04}_….py with CREATE TABLE.",
            )
    known = {table for one in registry.modules for table in one.tables}
    for path in files:
        for table in sorted(_tables_of(path) - known - _dropped(files)):
            yield Missing(folder.declaration, f'{path.name} creates the table {table}, which no module declares. Add "{table}" to tables.')
    if files:
        yield from _order(folder, registry, files)


def _order(folder: Folder, registry: Registry, files: Sequence[Path]) -> Iterator[Missing]:
    """What would make `phoenix db migrate` fail, or run migrations in an order that cannot work."""
    module = folder.module
    try:
        with warnings.catch_warnings():
            # Alembic warns about a missing revision before it raises an error.
            warnings.simplefilter("ignore")
            revisions = {script.revision: script for script in scripts(_folders(registry)).walk_revisions()}
    except (CommandError, KeyError) as error:
        sentence = str(error).strip("'\"").rstrip(".")
        yield Missing(module.migrations, f"The order of the migrations cannot be determined: {sentence}. Fix down_revision and depends_on.")
        return
    own = {Path(script.path).resolve(): script for script in revisions.values()}
    makers = {table: name for name, script in revisions.items() for table in _tables_of(Path(script.path))}
    ours = [own[path.resolve()] for path in files if path.resolve() in own]
    for path, script in ((Path(script.path), script) for script in ours):
        if not path.stem.startswith(script.revision) or not script.revision.startswith(f"{module.name}_"):
            yield Missing(
                path,
                f"The revision is called {script.revision}. Start its name with {module.name}_, and the file's name with the revision.",
            )
        if script.is_base and module.name not in script.branch_labels:
            yield Missing(path, f'It is the first migration of {module.name}. Set branch_labels = ("{module.name}",).')
        before = _before(script, revisions)
        for table in sorted(set(REFERS.findall(path.read_text(encoding="utf-8"))) & set(makers)):
            if makers[table] not in before:
                yield Missing(path, f'It refers to {table}, which may not exist yet. Add "{makers[table]}" to depends_on.')
    followed = {name for script in ours for name in _parents(script)}
    heads = sorted(script.revision for script in ours if script.revision not in followed)
    if len(heads) > 1:
        yield Missing(module.migrations, f"{' and '.join(heads)} both come last. Set down_revision of one to the other.")


def _folders(registry: Registry) -> list[Path]:
    """Where the revisions of Phoenix and of all modules are."""
    kernel = Path(phoenix.kernel.data.__file__).parent / "migrations"
    return [kernel, *(one.migrations for one in registry.modules if one.migrations.is_dir())]


def _before(script: Script, revisions: dict[str, Script]) -> set[str]:
    """The revision, and all that have been run before it."""
    found, waiting = set[str](), [script.revision]
    while waiting:
        name = waiting.pop()
        if name not in found and name in revisions:
            found.add(name)
            waiting += _parents(revisions[name])
    return found


def _parents(script: Script) -> list[str]:
    return [name for value in (script.down_revision, script.dependencies) for name in ([value] if isinstance(value, str) else value or ())]


def _tables_of(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    return set(CREATES.findall(text)) | set(RENAMES.findall(text))


def _dropped(files: Sequence[Path]) -> set[str]:
    return {name for path in files for pair in DROPS.findall(path.read_text(encoding="utf-8")) for name in pair if name}
