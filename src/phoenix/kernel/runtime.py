"""What one process of Phoenix holds open: settings, database, cache, keys, mail. Passed on, never global."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix.kernel.cache.cache import Cache
from phoenix.kernel.cache.limits import Limiter
from phoenix.kernel.cache.valkey import Valkey
from phoenix.kernel.clock import Clock
from phoenix.kernel.data.database import Database
from phoenix.kernel.i18n.email import Mailer
from phoenix.kernel.registry import Registry
from phoenix.kernel.security.breaches import Breaches
from phoenix.kernel.security.captcha import Captcha
from phoenix.kernel.security.crypto import Keys
from phoenix.kernel.security.http_client import Outside
from phoenix.kernel.security.passwords import Passwords
from phoenix.settings import Settings

if TYPE_CHECKING:
    from phoenix.kernel.i18n.templates import Templates


@dataclass(slots=True)
class Runtime:
    """The open parts of one process."""

    settings: Settings
    registry: Registry
    clock: Clock
    keys: Keys
    database: Database
    valkey: Valkey | None
    cache: Cache
    limiter: Limiter
    passwords: Passwords
    breaches: Breaches
    captcha: Captcha
    outside: Outside
    mailer: Mailer
    templates: Templates
