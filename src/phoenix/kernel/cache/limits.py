"""Rate limits: exact sliding windows, atomic in Valkey; per process while Valkey cannot be reached."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from phoenix.kernel.cache.valkey import Valkey, script
from phoenix.kernel.clock import Clock
from phoenix.kernel.errors import TooManyRequests
from phoenix.kernel.language import _, ngettext
from phoenix.kernel.security.crypto import Keys, new_token

log = structlog.get_logger(__name__)

MOST_LOCAL = 50_000
MINUTE = 60
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` in any window of `seconds`; all of them at once is allowed."""

    name: str
    amount: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The result of a limit. `reset` is in whole seconds: the time until the oldest hit no longer counts."""

    allowed: bool
    limit: Limit
    remaining: int
    reset: int


# A log of the hits in the window, as a sorted set by time in milliseconds. A counter per window would let through twice the
# amount across its edge. It is one script because parallel requests could slip between a check and a count made separately;
# Valkey runs one script at a time. The time is the process's, so that tests can set the clock. ARGV[4] is random, so that two
# hits in one millisecond are two members. A refused hit is not logged, so retrying does not lengthen the wait, and the key
# expires once no hit in it counts.
_COUNT = script("""
    local now, window, amount = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
    redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
    local count = redis.call('ZCARD', KEYS[1])
    local allowed = 0
    if count < amount then
        redis.call('ZADD', KEYS[1], now, ARGV[4])
        redis.call('PEXPIRE', KEYS[1], window)
        count, allowed = count + 1, 1
    end
    return {allowed, count, redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]}
""")


class Limiter:
    """Counts by limit and key. Keys are pseudonyms: no address is stored anywhere."""

    def __init__(self, valkey: Valkey | None, keys: Keys, clock: Clock) -> None:
        self._valkey = valkey
        self._keys = keys
        self._clock = clock
        self._local: dict[str, deque[float]] = {}

    async def hit(self, limit: Limit, key: str) -> Decision:
        """Count a hit if it is allowed: never more than the amount in any window of that length."""
        name = f"limit:{limit.name}:{self._keys.pseudonym(key)}"
        now, window = self._clock.now().timestamp() * 1000, limit.seconds * 1000
        answered = None
        if self._valkey is not None:
            answered = await self._valkey.run(_COUNT, [name], [repr(now), str(window), str(limit.amount), new_token(8)])
        if isinstance(answered, list):
            allowed, count, oldest = bool(answered[0]), int(answered[1]), float(answered[2])
        else:
            allowed, count, oldest = self._hit_locally(name, now, window, limit.amount)
        log.info("limit_counted", limit=limit.name, of=self._keys.pseudonym(key), allowed=allowed)
        return Decision(allowed, limit, limit.amount - count, max(1, -int(-(oldest + window - now) // 1000)))

    async def require(self, limit: Limit, key: str) -> Decision:
        """Count a hit. Raises TooManyRequests with Retry-After if it exceeds the limit."""
        decision = await self.hit(limit, key)
        if not decision.allowed:
            sentence = _("Too many attempts. Try again in {wait}.").format(wait=wait_in_words(decision.reset))
            raise TooManyRequests(sentence, retry_after=decision.reset, headers=headers_of([decision]))
        return decision

    def _hit_locally(self, name: str, now: float, window: float, amount: int) -> tuple[bool, int, float]:
        hits = self._local.pop(name, None) or deque()
        self._local[name] = hits
        while hits and hits[0] <= now - window:
            hits.popleft()
        allowed = len(hits) < amount
        if allowed:
            hits.append(now)
        while len(self._local) > MOST_LOCAL:
            del self._local[next(iter(self._local))]
        return allowed, len(hits), hits[0]


def headers_of(decisions: Sequence[Decision]) -> dict[str, str]:
    """RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10): quota, window, what remains, reset."""
    if not decisions:
        return {}
    return {
        "RateLimit-Policy": ", ".join(f'"{d.limit.name}";q={d.limit.amount};w={d.limit.seconds}' for d in decisions),
        "RateLimit": ", ".join(f'"{d.limit.name}";r={d.remaining};t={d.reset}' for d in decisions),
    }


def wait_in_words(seconds: int) -> str:
    """“30 seconds”, “5 minutes”, “2 hours”, rounded up."""
    if seconds < MINUTE:
        return ngettext("{n} second", "{n} seconds", seconds).format(n=seconds)
    if seconds < HOUR:
        minutes = -(-seconds // MINUTE)
        return ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
    hours = -(-seconds // HOUR)
    return ngettext("{n} hour", "{n} hours", hours).format(n=hours)
