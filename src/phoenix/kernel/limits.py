"""Rate limits: GCRA, atomic in Valkey; in each process alone while Valkey cannot be reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from phoenix.kernel.clock import Clock
from phoenix.kernel.crypto import Keys
from phoenix.kernel.errors import TooManyRequests
from phoenix.kernel.text import _
from phoenix.kernel.valkey import Valkey, script

MOST_LOCAL = 50_000
MINUTE = 60
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` in any `seconds`, all of them at once if one likes."""

    name: str
    amount: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What a limit said. `reset` is in whole seconds: until the next is allowed, or until all of them are again."""

    allowed: bool
    limit: Limit
    remaining: int
    reset: int


# The generic cell rate algorithm: one number a key, the time at which its bucket would be empty. Milliseconds.
_GCRA = script("""
    local now = tonumber(ARGV[1])
    local gap = tonumber(ARGV[2])
    local window = tonumber(ARGV[3])
    local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
    if full + gap - now > window then
        return {0, tostring(full)}
    end
    redis.call('SET', KEYS[1], tostring(full + gap), 'PX', math.ceil(full + gap - now) + 1000)
    return {1, tostring(full + gap)}
""")


class Limiter:
    """Counts by limit and key. Keys are pseudonyms: no address is stored anywhere."""

    def __init__(self, valkey: Valkey | None, keys: Keys, clock: Clock) -> None:
        self._valkey = valkey
        self._keys = keys
        self._clock = clock
        self._local: dict[str, float] = {}

    async def hit(self, limit: Limit, key: str) -> Decision:
        """Count one, if it is still allowed."""
        name = f"limit:{limit.name}:{self._keys.pseudonym(key)}"
        now = self._clock.now().timestamp() * 1000
        window = limit.seconds * 1000.0
        gap = window / limit.amount
        answered = None
        if self._valkey is not None:
            answered = await self._valkey.run(_GCRA, [name], [repr(now), repr(gap), repr(window)])
        if isinstance(answered, list):
            allowed, full = bool(answered[0]), float(answered[1])
        else:
            allowed, full = self._hit_locally(name, now, gap, window)
        remaining = max(0, int((now + window - full) / gap + 1e-6))
        reset = full - now if allowed else full + gap - now - window
        return Decision(allowed, limit, remaining, max(1, -int(-reset // 1000)))

    async def require(self, limit: Limit, key: str) -> Decision:
        """Count one. Raises TooManyRequests with Retry-After where it is one too many."""
        decision = await self.hit(limit, key)
        if not decision.allowed:
            sentence = _("That was tried too often. Try again in {wait}.").format(wait=_wait(decision.reset))
            raise TooManyRequests(sentence, retry_after=decision.reset, headers=headers_of([decision]))
        return decision

    def _hit_locally(self, name: str, now: float, gap: float, window: float) -> tuple[bool, float]:
        full = max(self._local.get(name, now), now)
        if full + gap - now > window:
            return False, full
        self._local.pop(name, None)
        self._local[name] = full + gap
        while len(self._local) > MOST_LOCAL:
            del self._local[next(iter(self._local))]
        return True, full + gap


def headers_of(decisions: Sequence[Decision]) -> dict[str, str]:
    """RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10): quota, window, what remains, reset."""
    if not decisions:
        return {}
    return {
        "RateLimit-Policy": ", ".join(f'"{d.limit.name}";q={d.limit.amount};w={d.limit.seconds}' for d in decisions),
        "RateLimit": ", ".join(f'"{d.limit.name}";r={d.remaining};t={d.reset}' for d in decisions),
    }


def _wait(seconds: int) -> str:
    if seconds < MINUTE:
        return _("{n} seconds").format(n=seconds)
    if seconds < HOUR:
        return _("{n} minutes").format(n=-(-seconds // MINUTE))
    return _("{n} hours").format(n=-(-seconds // HOUR))
