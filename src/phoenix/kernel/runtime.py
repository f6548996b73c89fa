"""What one process of Phoenix holds open: settings, database, cache, keys, mail. Passed on, never global."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phoenix.kernel.breaches import Breaches
from phoenix.kernel.cache import Cache
from phoenix.kernel.captcha import Captcha
from phoenix.kernel.clock import Clock
from phoenix.kernel.crypto import Keys
from phoenix.kernel.database import Database
from phoenix.kernel.limits import Limiter
from phoenix.kernel.mail import Mailer
from phoenix.kernel.outside import Outside
from phoenix.kernel.passwords import Passwords
from phoenix.kernel.registry import Registry
from phoenix.kernel.valkey import Valkey
from phoenix.settings import Settings

if TYPE_CHECKING:
    from phoenix.kernel.templates import Templates


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
