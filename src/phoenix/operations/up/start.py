"""The order in which an installation on one machine is started and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import FrameType

import asyncpg
import msgspec

from phoenix.embedded.postgres.server import FolderError, Postgres
from phoenix.embedded.processes import EmbeddedError
from phoenix.embedded.valkey import Valkey
from phoenix.kernel.web.assets import FIX, missing_asset
from phoenix.operations.grants import make_role
from phoenix.operations.permit import permit_retention
from phoenix.operations.references import folder_of, references
from phoenix.operations.revisions import is_up_to_date
from phoenix.operations.up import caddy
from phoenix.operations.up.addresses import (
    answers,
    check_cache,
    check_database,
    listens,
    local_host,
    require_free,
    require_free_for_mailbox,
    require_free_for_sockets,
    require_free_for_staff,
    without_password,
)
from phoenix.operations.up.children import Child, run_to_end
from phoenix.operations.up.errors import NewerDataError, StartError, WrongSettingError
from phoenix.operations.up.folder import claim, secret_key
from phoenix.operations.up.leftovers import end_leftovers
from phoenix.operations.up.plan import (
    FOR_MIGRATION,
    bare_environment,
    environment,
    on_both_loopbacks,
    parts,
    phoenix,
    require_ports_of_their_own,
    resolve,
    with_mailbox,
)
from phoenix.operations.up.progress import Progress
from phoenix.operations.up.ready import FirstStart, announce, describe
from phoenix.operations.up.supervise import GaveUpError, Supervisor
from phoenix.settings import Settings, unknown, variables

SOURCE = Path(__file__).parents[2]
STOP_ORDER = ("loopback", "web", "realtime", "admin", "worker", "mailbox", "caddy", "Valkey", "PostgreSQL")
READY_SECONDS = 60.0
NEWER_DATABASE = 3
FORCED = 130
# A signal to a whole process group arrives twice when `make` runs Phoenix, so only a later one means “stop at once”.
SAME_SIGNAL_SECONDS = 1.0


class StopRequestedError(KeyboardInterrupt):
    """A request to stop Phoenix. Not an Exception, so that no code in between handles it as a failure.

    An event loop logs any other exception that is raised in one of its callbacks, and goes on; this one it passes on.
    """


def bring_up(settings: Settings, *, json: bool) -> int:
    """Start everything, keep it running until a signal, and stop it. Returns the exit status.

    0: stopped on request. 1: refused or failed, with a sentence on standard error. 3: the data is from a newer Phoenix.
    """
    progress = Progress()
    supervisor = Supervisor(progress.say)
    signals = _Signals(supervisor)
    status = 1
    try:
        _require_assets(settings.web.static)
        with claim(settings.installation.data) as data:
            try:
                _run(settings, data, supervisor, progress, json=json)
            except StopRequestedError:
                status = 0
            finally:
                signals.stopping = True
                if supervisor.has_parts:
                    with progress.step("Stopped"):
                        supervisor.stop(STOP_ORDER)
    except StopRequestedError:
        status = 0
    except StartError as error:
        progress.refuse(str(error))
        status = error.status
    except FolderError as error:
        progress.refuse(str(error))
        status = NewerDataError.status
    except (EmbeddedError, GaveUpError) as error:
        progress.refuse(str(error))
    finally:
        signals.restore()
    return status


def _require_assets(static: Path) -> None:
    """Raises StartError if styles or scripts are missing: Phoenix would start, but every page would fail."""
    if missing := missing_asset(static):
        raise StartError(f"The styles and scripts that every page needs are missing: {missing} does not exist. {FIX}")


def _run(settings: Settings, data: Path, supervisor: Supervisor, progress: Progress, *, json: bool) -> None:
    if ended := end_leftovers(data):
        progress.say(f"Ended {len(ended)} processes left over from an earlier start.")
    _check_settings_of_modules(settings)
    require_ports_of_their_own(settings)
    _require_ports(settings)
    settings = resolve(settings, data)
    _allow_many_files()
    if not settings.secrets.key:
        settings = replace(settings, secrets=replace(settings.secrets, key=secret_key(data)))
    settings = _start_database(settings, supervisor, progress)
    settings = _start_cache(settings, supervisor, progress)
    owner = settings.database.owner_url
    if not asyncio.run(is_up_to_date(owner or settings.database.url, [SOURCE, *map(folder_of, references(os.environ))])):
        _command(progress, "Database is up to date", phoenix("db", "migrate"), environment(settings, os.environ, FOR_MIGRATION))
    _permit_retention(settings, progress)
    configuration = caddy.write_configuration(settings) if settings.web.domain else data
    # The database took a while to start and migrate, and another program may have taken a port by now.
    _require_ports(settings)
    for part in parts(settings, configuration):
        # An attacker who takes over a process finds in it only the secrets that it needs: no serving one can change tables.
        given = bare_environment(settings, os.environ) if part.bare else environment(settings, os.environ, part.secrets)
        supervisor.start(Child(part, given, progress.pass_on))
    # The children take a moment to start, which is enough for this.
    label = "Demo and administrator" if settings.installation.demo else "Administrator"
    first = _first_start(_command(progress, label, (sys.executable, "-m", "phoenix.first_start"), environment(settings, os.environ)))
    with progress.step("Web, worker and mailbox"):
        _wait_until_ready(settings, supervisor)
    supervisor.starting = False
    ready = describe(
        settings,
        database=without_password(settings.database.url),
        cache=without_password(settings.cache.url),
        link=first.first_administrator_link,
        accounts=first.accounts,
    )
    announce(ready, json=json)
    supervisor.watch(lambda: False)


def _require_ports(settings: Settings) -> None:
    """Raises StartError, naming the port and its setting, if one that is known by now is in use."""
    require_free(settings.web.host, settings.web.port)
    if on_both_loopbacks(settings):
        require_free("::1", settings.web.port)
    if settings.realtime.port:
        require_free_for_sockets(settings.web.host, settings.realtime.port)
    if settings.admin.port:
        require_free_for_staff(settings.admin.host, settings.admin.port)
    if with_mailbox(settings) and settings.email.mailbox_port:
        require_free_for_mailbox(settings.email.mailbox_port)
    if settings.web.domain:
        caddy.require_ports()


def _check_settings_of_modules(settings: Settings) -> None:
    """Only the modules know their settings, and loading them takes a second, so this is done only for an unknown variable."""
    if unknown(settings.given, {variable.name for _, variable in variables()}):
        status, said = run_to_end(phoenix("settings", "--check"), {**os.environ, **settings.given}, errors=True)
        if status == WrongSettingError.status:
            raise WrongSettingError(said.strip())
        sys.stderr.write(said)


def _start_database(settings: Settings, supervisor: Supervisor, progress: Progress) -> Settings:
    if settings.database.url:
        with progress.step("PostgreSQL answers"):
            check_database(settings.database.url)
        return settings
    with progress.step("PostgreSQL"):
        server = Postgres(settings.installation.data, progress.say)
        supervisor.start(server)
        asyncio.run(make_role(server.url, *server.application))
    return replace(settings, database=replace(settings.database, url=server.application_url(), owner_url=server.url))


def _permit_retention(settings: Settings, progress: Progress) -> None:
    """A setting of retention can change without a migration. Without the owner's address, only `phoenix db migrate` can permit it."""
    try:
        asyncio.run(permit_retention(settings.database.owner_url or settings.database.url, settings.installation))
    except asyncpg.InsufficientPrivilegeError:
        progress.say(
            "PHOENIX_EVENTS_KEEP or PHOENIX_AUDIT_KEEP has changed, which takes effect when `phoenix db migrate` has run "
            "with PHOENIX_DATABASE_OWNER_URL."
        )


def _start_cache(settings: Settings, supervisor: Supervisor, progress: Progress) -> Settings:
    if settings.cache.url:
        with progress.step("Cache answers"):
            check_cache(settings.cache.url)
        return settings
    with progress.step("Valkey"):
        server = Valkey(settings.installation.data, progress.say)
        supervisor.start(server)
    return replace(settings, cache=replace(settings.cache, url=server.url))


def _command(progress: Progress, label: str, arguments: tuple[str, ...], variables: dict[str, str]) -> str:
    """Run a command of Phoenix and return its output. It reports errors on standard error itself."""
    with progress.step(label):
        status, printed = run_to_end(arguments, variables)
        if status == NEWER_DATABASE:
            raise NewerDataError("This database is from a newer Phoenix. Install that version, or restore a backup of this one.")
        if status != 0:
            raise StartError(f"`python {' '.join(arguments[1:])}` failed; see the reason above.")
    return printed


def _first_start(printed: str) -> FirstStart:
    try:
        return msgspec.json.decode(printed, type=FirstStart)
    except msgspec.DecodeError:
        return FirstStart()


def _wait_until_ready(settings: Settings, supervisor: Supervisor) -> None:
    end = time.monotonic() + READY_SECONDS
    supervisor.watch(lambda: _serves(settings) or time.monotonic() > end)
    if not _serves(settings):
        raise StartError(f"Phoenix is running, but GET /readyz did not return 200 within {READY_SECONDS:.0f} seconds. See its log above.")


def _serves(settings: Settings) -> bool:
    mailbox, admin = settings.email.mailbox_port, settings.admin
    return (
        answers(settings.web.host, settings.web.port, "/readyz")
        and (not on_both_loopbacks(settings) or listens("::1", settings.web.port))
        and listens(local_host(settings.web.host), settings.realtime.port)
        and listens(local_host(admin.host), admin.port)
        and (not with_mailbox(settings) or listens("127.0.0.1", mailbox))
    )


def _allow_many_files() -> None:
    """A socket is a file, and many systems allow 1,024 of them until asked for more."""
    with contextlib.suppress(ValueError, OSError):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class _Signals:
    """The first signal stops everything in order, at any stage of the start; a second one ends everything at once."""

    def __init__(self, supervisor: Supervisor) -> None:
        self.stopping = False
        self._supervisor = supervisor
        self._first: float | None = None
        numbers = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
        if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
            # Started with nohup, so that it outlives the terminal.
            numbers.remove(signal.SIGHUP)
        self._before = {number: signal.signal(number, self._take) for number in numbers}

    def restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _take(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = now
            if not self.stopping:
                self._supervisor.interrupted = StopRequestedError()
                if not self._supervisor.is_watching:
                    raise self._supervisor.interrupted
        elif now - self._first > SAME_SIGNAL_SECONDS:
            self._supervisor.kill()
            os._exit(FORCED)
