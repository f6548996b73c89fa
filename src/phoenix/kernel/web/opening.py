"""Open and close what a process stands on."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from phoenix.kernel.cache.cache import Cache
from phoenix.kernel.cache.generations import Generations, MachineGenerations, ValkeyGenerations
from phoenix.kernel.cache.limits import Limiter
from phoenix.kernel.cache.valkey import Valkey
from phoenix.kernel.clock import Clock, SystemClock
from phoenix.kernel.data.database import connect
from phoenix.kernel.data.events import Poker, write_events
from phoenix.kernel.data.installation import check_installation
from phoenix.kernel.i18n.email import Mailer
from phoenix.kernel.i18n.templates import Templates
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.security.breaches import Breaches
from phoenix.kernel.security.captcha import Captcha
from phoenix.kernel.security.crypto import Keys
from phoenix.kernel.security.http_client import Outside
from phoenix.kernel.security.passwords import Passwords
from phoenix.settings import Settings, SettingsError


@contextlib.asynccontextmanager
async def opened(
    settings: Settings,
    registry: Registry,
    *,
    clock: Clock | None = None,
    pool: int | None = None,
    extra_templates: Mapping[str, Path] | None = None,
) -> AsyncIterator[Runtime]:
    """The runtime of one process, closed again at the end. Raises SettingsError where it cannot be opened."""
    if not settings.secrets.key:
        raise SettingsError("PHOENIX_SECRET_KEY is missing. `phoenix up` makes one at its first start.")
    if not settings.database.url:
        raise SettingsError("PHOENIX_DATABASE_URL is missing. `phoenix up` starts a database and sets it.")
    for module in registry.modules:
        if module.check is not None:
            module.check(settings)
    time = clock or SystemClock()
    keys = Keys(settings.secrets.key, settings.place.environment)
    valkey = Valkey(settings.cache.url) if settings.cache.url else None
    generations: Generations
    if settings.cache.nodes == "many":
        if valkey is None:
            raise SettingsError("PHOENIX_NODES=many needs PHOENIX_CACHE_URL: generations are shared through it.")
        generations = ValkeyGenerations(valkey)
    else:
        generations = MachineGenerations(settings.place.data / "run" / "generations")
    database = await connect(settings.database, time, generations, pool=pool)
    database.write_events = write_events
    database.committed = Poker(database)
    folders = {**(extra_templates or {}), **{module.name: module.templates for module in registry.modules if module.templates.is_dir()}}
    passwords = Passwords()
    runtime = Runtime(
        settings=settings,
        registry=registry,
        clock=time,
        keys=keys,
        database=database,
        valkey=valkey,
        cache=Cache(generations, valkey, settings.cache.local_entries),
        limiter=Limiter(valkey, keys, time),
        passwords=passwords,
        breaches=Breaches(settings.accounts.breached_passwords),
        captcha=Captcha(settings.accounts),
        outside=Outside(time),
        mailer=Mailer(settings.mail, folders),
        templates=Templates(folders, settings.web.static, production=settings.strict),
    )
    try:
        await check_installation(database, settings, keys)
        yield runtime
    finally:
        passwords.close()
        await runtime.outside.close()
        await database.close()
        if valkey is not None:
            await valkey.close()
