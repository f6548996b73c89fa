"""Every command, built from the composition. `phoenix --help` is the manual."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import inspect
import sys
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from phoenix.app import openapi_document
from phoenix.check_settings import check_settings
from phoenix.cli import WRONG_SETTINGS, up
from phoenix.composition import MIGRATIONS, MODULES, OWN, REGISTRY
from phoenix.embedded.here import with_what_runs
from phoenix.kernel.errors import PhoenixError
from phoenix.kernel.module import Module
from phoenix.kernel.registry import Registry, RegistryError
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.logging import configure
from phoenix.modules.demo.actions import seed_demo, seed_scale
from phoenix.operations import migrate as migrations
from phoenix.operations import new_module as layouts
from phoenix.operations.added import load
from phoenix.operations.check_module import check_module as what_is_missing
from phoenix.operations.database_shell import open_shell
from phoenix.operations.grants import grant, role_of
from phoenix.operations.messages import update_catalogues
from phoenix.operations.new_module import PACKAGE, BadName, is_name
from phoenix.operations.new_product import new_product as lay_out_product
from phoenix.operations.permit import permit_retention, permit_texts
from phoenix.operations.shell import BANNER, talk
from phoenix.release import RELEASE
from phoenix.settings import Settings, SettingsError, settings_of_process

NEWER_DATABASE = 3

app = App(
    name="phoenix",
    version=RELEASE,
    help="""Phoenix, a self-hosted application platform.

    Start with `phoenix up`: it starts everything on this machine, needs nothing else installed, and prints the address.
    Settings are environment variables that start with PHOENIX_; `phoenix settings` lists them.""",
)
db = App(name="db", help="The database: migrate it to this version, or show what that would do.")
app.command(db)


app.command(up)


@app.command
def modules() -> None:
    """Print what each module declares."""
    for module in MODULES:
        table = Table(title=f"{module.name}: {module.about}", title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
        if module.needs:
            table.add_row("needs", ", ".join(module.needs))
        for route in sorted(module.routes, key=lambda r: sorted(r.paths)[0]):
            table.add_row("route", f"{'/'.join(sorted(route.http_methods))} {sorted(route.paths)[0]}", route.opt["rule"].may)
        for permission in module.permissions:
            table.add_row("permission", permission.name, permission.about)
        for event in module.events:
            table.add_row("event", event.type.kind, event.summary)
        for job in module.jobs:
            table.add_row("job", job.kind.name, f"{job.kind.attempts} attempts")
        for schedule in module.schedules:
            table.add_row("schedule", schedule.name, schedule.cron)
        for card in module.cards:
            table.add_row("card", card.name, card.title)
        Console().print(table, "")


@app.command
def settings(*, check: bool = False) -> None:
    """Print every setting with its default; with --check, only the problems of those that are set."""
    if check:
        check_settings()
        return
    console = Console()
    for _concern, variable in REGISTRY.variables:
        # In no table: in a narrow terminal it would cut off names, which are there to be copied.
        console.print(Text.assemble((variable.name, "bold"), f"={_as_written(variable.default)}"), soft_wrap=True)
        console.print(Padding(Text(variable.about), (0, 0, 0, 4)))


def _as_written(default: object) -> str:
    """A default as it would stand in the environment."""
    if isinstance(default, bool):
        return str(default).lower()
    return ",".join(default) if isinstance(default, tuple) else str(default)


@app.command
def seed(*, demo: bool = False, scale: int = 0, organisation: str = "") -> None:
    """Fill the database with a few demo people (--demo), or with SCALE entries for measurements (--scale)."""
    with_runtime(lambda runtime: seed_demo(runtime) if demo else seed_scale(runtime, scale, organisation))


@app.command(name="new-module")
def new_module(name: str, *, folder: Path = Path("src/phoenix/modules"), package: str = PACKAGE) -> None:
    """Create the files of a new module in FOLDER, which Python imports as PACKAGE."""
    for path in layouts.new_module(name, folder, package=package):
        print(path)
    reference = f"{package}.{name}.module"
    if package == PACKAGE:
        print(f'Now add a line to NAMES in src/phoenix/composition.py: "{name}",')
    else:
        print(f'Now add it to [project.entry-points."phoenix.modules"] in pyproject.toml: {name} = "{reference}:MODULE"')
    print(f"Then run: phoenix check-module {name}")


@app.command(name="new-product")
def new_product(name: str, folder: Path | None = None, /, *, module: str = "notes") -> None:
    """Create a package that depends on Phoenix in FOLDER (./NAME), with one module, tests and a Makefile."""
    target = folder or Path(name)
    for path in lay_out_product(name, target, module=module, taken={one.name for one in OWN}):
        print(path)
    print(f"Now run: cd {target} && make run")
    print("pip must find phoenix-platform. If your package index doesn't have it, pass pip's options in PIP_ARGS:")
    print('  make run PIP_ARGS="--find-links /path/to/phoenix/dist"    (a folder with its wheel)')
    print('  make run PIP_ARGS="--index-url URL"                       (an index of your own)')


@app.command(name="check-module")
def check_module(name: str) -> int:
    """Print what is missing from a module, each with the file to change. Exit status 1 if anything is."""
    found = next((module for module in MODULES if module.name == name), None) or _not_composed(name)
    registry = REGISTRY if found in MODULES else Registry([*MODULES, found])
    missing = what_is_missing(found, registry)
    for one in missing:
        file = one.file.relative_to(Path.cwd()) if one.file.is_relative_to(Path.cwd()) else one.file
        print(f"{file}: {one.sentence}")
    if not missing:
        print(f"Nothing is missing from {name}.")
    return 1 if missing else 0


@app.command
def messages(name: str) -> None:
    """Bring the catalogues of a module of another package up to date: LOCALE.po in its folder locale, for each language."""
    print(*update_catalogues(name, MODULES[len(OWN) :]), sep="\n")


def _not_composed(name: str) -> Module:
    """A module that is in one of our folders, but not in the composition yet."""
    reference = f"{PACKAGE}.{name}.module"
    if not is_name(name) or find_spec(f"{PACKAGE}.{name}") is None:
        raise BadName(f"There is no module called {name!r}. The modules are: {', '.join(module.name for module in MODULES)}.")
    return load([f"{reference}:MODULE"])[0]


@app.command
def openapi(*, output: Path = Path("api/openapi.json")) -> None:
    """Write the OpenAPI document that is stored in the repository."""
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(msgspec.json.format(openapi_document(), indent=2) + b"\n")


@db.command(name="migrate")
def db_migrate() -> int:
    """Migrate the database to this version of Phoenix. One process migrates at a time; the others wait."""
    found = configured()
    owner = found.database.owner_url or found.database.url
    try:
        ran = asyncio.run(migrations.migrate(owner, MIGRATIONS, say=lambda text: print(text, file=sys.stderr)))
    except migrations.NewerDatabase as error:
        print(error, file=sys.stderr)
        return NEWER_DATABASE
    asyncio.run(permit_texts(owner, REGISTRY.texts))
    asyncio.run(permit_retention(owner, found.installation))
    role = role_of(found.database.url)
    if role and role != role_of(owner):
        asyncio.run(grant(owner, role))
    print(f"{len(ran)} revision{'s' if len(ran) != 1 else ''} applied." if ran else "The database is up to date.", file=sys.stderr)
    return 0


@db.command(name="pending")
def db_pending() -> None:
    """Print the revisions that `phoenix db migrate` would run."""
    database = configured().database
    for revision in asyncio.run(migrations.pending(database.owner_url or database.url, MIGRATIONS)):
        print(revision)


@db.command(name="shell")
def db_shell(*arguments: Annotated[str, Parameter(allow_leading_hyphen=True)], owner: bool = False) -> None:
    """Open psql on the database, as the application or, with --owner, as the role that owns the tables.

    Further arguments are passed to psql: phoenix db shell -c "SELECT 1".
    """
    database = configured().database
    open_shell((database.owner_url or database.url) if owner else database.url, arguments)


@app.command
def checks() -> int:
    """Run the checks of all modules and print their results. Exit status 1 if one finds a problem."""

    async def ask() -> list[tuple[str, str]]:
        async with REGISTRY.opened(configured(), pool=4) as runtime:
            return [(check.about, await check.ask(runtime)) for check in REGISTRY.checks]

    said = asyncio.run(ask())
    for about, problem in said:
        print(f"{'✗' if problem else '✓'} {about}{': ' if problem else ''}{problem}")
    return int(any(problem for _about, problem in said))


@app.command
def shell() -> None:
    """Open a Python prompt with the runtime open; `await` works in it."""
    settings = configured()
    with asyncio.Runner() as runner:
        stack = contextlib.AsyncExitStack()
        runtime = runner.run(stack.enter_async_context(REGISTRY.opened(settings, pool=4)))

        async def sql(text: str, *values: object) -> list[dict[str, Any]]:
            async with runtime.database.reader() as reader:
                return [dict(row) for row in await (await reader.connection()).fetch(text, *values)]

        names = {"runtime": runtime, "registry": REGISTRY, "sql": sql, "transaction": runtime.database.transaction}
        try:
            talk(names, BANNER.format(version=RELEASE, environment=settings.installation.environment), runner)
        finally:
            runner.run(stack.aclose())


def configured() -> Settings:
    """Settings from the environment, with logging set up. If they name no database, use the installation running in the data folder."""
    found = settings_of_process()
    configure(dataclasses.replace(found.logs, level="warning"))
    return with_what_runs(found)


def with_runtime(run: Callable[[Runtime], Awaitable[str | None]]) -> None:
    """Open the runtime, run a module's command, and print its result."""

    async def go() -> None:
        async with REGISTRY.opened(configured(), pool=4) as runtime:
            result = await run(runtime)
            if result:
                print(result)

    asyncio.run(go())


def _register_commands() -> None:
    groups: dict[str, App] = {}
    for module in MODULES:
        for command in module.commands:
            if command.group not in groups:
                groups[command.group] = App(name=command.group, help=module.about)
                app.command(groups[command.group])
            groups[command.group].command(_runner(command.run), name=command.name)


def _runner(run: Callable[..., Awaitable[str | None]]) -> Callable[..., None]:
    """The command for a module's function: its options are the parameters after the runtime, by their annotations."""

    def command(*args: Any, **options: Any) -> None:
        with_runtime(lambda runtime: run(runtime, *args, **options))

    signature = inspect.signature(run, eval_str=True)
    command.__signature__ = signature.replace(parameters=list(signature.parameters.values())[1:], return_annotation=None)  # type: ignore[attr-defined]
    command.__doc__ = inspect.getdoc(run)
    return command


_register_commands()


def main() -> None:
    """Run the command line. An error prints one sentence and exits with status 1, or 2 for an invalid setting or name."""
    try:
        result = app(sys.argv[1:], result_action="return_value")
    except (SettingsError, BadName) as error:
        print(error, file=sys.stderr)
        raise SystemExit(WRONG_SETTINGS) from None
    except (PhoenixError, RegistryError, migrations.MigrationError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None
    raise SystemExit(result if isinstance(result, int) else 0)


if __name__ == "__main__":
    main()
