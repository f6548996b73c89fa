"""The shared resources of one process: settings, database, cache, keys, email. Passed as an argument, never global."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from phoenix.kernel.background import Background
from phoenix.kernel.cache.cache import Cache
from phoenix.kernel.cache.generations import Generations, MachineGenerations, ValkeyGenerations
from phoenix.kernel.cache.limits import Limit, Limiter
from phoenix.kernel.cache.valkey import Valkey
from phoenix.kernel.clock import Clock, SystemClock
from phoenix.kernel.data.connect import connect
from phoenix.kernel.data.database import Database, Reader
from phoenix.kernel.data.disk_space import DiskSpace
from phoenix.kernel.data.host import Claim, host_of
from phoenix.kernel.data.installation import check_installation
from phoenix.kernel.data.outbox import EventOutbox
from phoenix.kernel.email.mailer import Asker, Mailer
from phoenix.kernel.email.recipients import EmailReport, Recipients
from phoenix.kernel.security.breaches import Breaches
from phoenix.kernel.security.captcha import Captcha
from phoenix.kernel.security.crypto import Keys
from phoenix.kernel.security.http_client import HttpClient
from phoenix.kernel.security.passwords import Passwords
from phoenix.settings import InstallationSettings, Settings, SettingsError

T = TypeVar("T")


# To one address, of those that someone else causes.
EMAILS_AN_HOUR = 5
# For all strangers together, and again for all that the account of the address knows.
EMAILS_OF_ALL_AN_HOUR = 20


@dataclass(slots=True)
class Runtime:
    """The open resources of one process. Those of modules are available by type, with `part`."""

    settings: Settings
    clock: Clock
    keys: Keys
    database: Database
    valkey: Valkey | None
    cache: Cache
    limiter: Limiter
    passwords: Passwords
    breaches: Breaches
    captcha: Captcha
    http: HttpClient
    mailer: Mailer
    disk_space: DiskSpace
    background: Background = field(default_factory=Background)
    parts: dict[type[Any], Any] = field(default_factory=dict)

    def part(self, kind: type[T]) -> T:
        """The part of this type. Raises LookupError if no module of the composition provides one."""
        try:
            return cast("T", self.parts[kind])
        except KeyError:
            raise LookupError(f"No module opens a {kind.__name__}.") from None


@dataclass(frozen=True, slots=True)
class Part:
    """A resource that a module keeps open while the process runs: an object store, a search index, a client.

    `open` returns it as an async context manager; `Runtime.part(kind)` returns it. Parts open in the order of the modules
    and close in the reverse order.
    """

    kind: type[Any]
    open: Callable[[Runtime], AbstractAsyncContextManager[Any]]


@dataclass(frozen=True, slots=True)
class RecipientSource:
    """Which addresses accept emails. At most one module provides it.

    `accepts` says whether emails that are not essential are sent to an address, by its key; `refused` receives one that is
    permanently refused. `reports` returns what was learned of emails after they were sent, by their references, in one query; `reasons` are
    gettext messages for the words in it.
    """

    accepts: Callable[[Runtime, str], Awaitable[bool]]
    refused: Callable[[Runtime, str], Awaitable[None]]
    reports: Callable[[Reader, Sequence[str]], Awaitable[Sequence[EmailReport]]]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EmailTextSource:
    """Texts that replace those of emails. At most one module provides it.

    `find` returns, for a template and a language, what replaces which message (see `kernel.email.texts`). It is asked for every
    email, so it answers from the cache. What it raises is logged, and the delivered texts are used.
    """

    find: Callable[[Runtime, str, str], Awaitable[Mapping[str, str]]]


@contextlib.asynccontextmanager
async def opened(
    settings: Settings,
    *,
    emails: Mapping[str, Path],
    parts: Sequence[Part] = (),
    recipients: RecipientSource | None = None,
    email_texts: EmailTextSource | None = None,
    clock: Clock | None = None,
    pool: int | None = None,
) -> AsyncIterator[Runtime]:
    """The runtime of one process, closed again at the end. `emails` maps a module's name to its folder of templates.

    Raises SettingsError if it cannot be opened.
    """
    if not settings.secrets.key:
        raise SettingsError("PHOENIX_SECRET_KEY is missing. `phoenix up` creates one at its first start.")
    if not settings.database.url:
        raise SettingsError("PHOENIX_DATABASE_URL is missing. `phoenix up` starts a database and sets it.")
    time = clock or SystemClock()
    keys = Keys(settings.secrets.key, settings.installation.environment)
    valkey = Valkey(settings.cache.url) if settings.cache.url else None
    generations = _generations(settings, valkey)
    async with contextlib.AsyncExitStack() as stack:
        if valkey is not None:
            stack.push_async_callback(valkey.close)
        database = await connect(
            settings.database, time, generations, EventOutbox, pool=pool, notes=settings.development, one_at_a_time=not settings.strict
        )
        stack.push_async_callback(database.close)
        passwords = Passwords()
        stack.callback(passwords.close)
        http = HttpClient(time)
        stack.push_async_callback(http.close)
        limiter = Limiter(valkey, keys, time)
        runtime = Runtime(
            settings=settings,
            clock=time,
            keys=keys,
            database=database,
            valkey=valkey,
            cache=Cache(generations, valkey, settings.cache.local_entries, keys.pseudonym("cache")),
            limiter=limiter,
            passwords=passwords,
            breaches=Breaches(settings.accounts.breached_passwords),
            captcha=Captcha(settings.accounts),
            http=http,
            mailer=Mailer(
                settings.email,
                emails,
                time,
                count=_counting(limiter),
                http=http,
                keys=keys,
                recipients=_recipients(recipients, lambda: runtime),
                texts=_texts(email_texts, lambda: runtime),
            ),
            disk_space=_disk_space(settings.installation),
        )
        stack.push_async_callback(runtime.mailer.close)
        await check_installation(database, settings, keys)
        claim = None if settings.cache.nodes == "many" else Claim(settings.database.url, host_of(_generations_file(settings)))
        if claim is not None:
            stack.push_async_callback(claim.close)
            await claim.make()
        stack.push_async_callback(runtime.background.close)
        if claim is not None:
            runtime.background.start("host of the database", claim.hold)
        for part in parts:
            runtime.parts[part.kind] = await stack.enter_async_context(part.open(runtime))
        yield runtime


def _counting(limiter: Limiter) -> Callable[[str, str, Asker], Awaitable[bool]]:
    """Counts emails that someone else causes."""

    async def count(template: str, address: str, asker: Asker) -> bool:
        for name in asker.names:
            if not (await limiter.hit(Limit(f"email {template}", EMAILS_AN_HOUR, 3600), f"{address} {name}")).allowed:
                return False
        share = Limit(f"email {template} of {'known' if asker.known else 'strangers'}", EMAILS_OF_ALL_AN_HOUR, 3600)
        return (await limiter.hit(share, address)).allowed

    return count


def _recipients(source: RecipientSource | None, runtime: Callable[[], Runtime]) -> Recipients | None:
    if source is None:
        return None
    return Recipients(lambda address: source.accepts(runtime(), address), lambda address: source.refused(runtime(), address))


def _texts(source: EmailTextSource | None, runtime: Callable[[], Runtime]) -> Callable[[str, str], Awaitable[Mapping[str, str]]] | None:
    return None if source is None else lambda template, language: source.find(runtime(), template, language)


def _disk_space(settings: InstallationSettings) -> DiskSpace:
    # The embedded database's folder may be a link to another disk.
    folders = [settings.data, settings.data / "postgres", *map(Path, settings.disk_folders)]
    return DiskSpace(folders, warn=settings.disk_warn, refuse=settings.disk_refuse)


def _generations(settings: Settings, valkey: Valkey | None) -> Generations:
    if settings.cache.nodes != "many":
        return MachineGenerations(_generations_file(settings))
    if valkey is None:
        raise SettingsError("PHOENIX_NODES=many needs PHOENIX_CACHE_URL: generations are shared through it.")
    return ValkeyGenerations(valkey)


def _generations_file(settings: Settings) -> Path:
    return settings.installation.data / "run" / "generations"
