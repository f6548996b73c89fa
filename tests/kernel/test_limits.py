"""S5: limits are exact under parallel attempts, say what remains, and apply without Valkey too."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix.kernel.cache import limits
from phoenix.kernel.cache.limits import Decision, Limit, Limiter, headers_of, wait_in_words
from phoenix.kernel.cache.valkey import Valkey
from phoenix.kernel.clock import SetClock
from phoenix.kernel.errors import TooManyRequests
from phoenix.kernel.security.crypto import Keys, new_token

NOW = datetime(2026, 11, 23, 14, 5, 6, 789123, tzinfo=UTC)
KEYS = Keys("a master secret of the test, 32+ characters", "test")
RESETS = Limit("password_reset", 10, 3600)


@pytest.fixture(params=["valkey", "local", "gone"])
def url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "valkey":
        yield request.getfixturevalue("valkey")
    else:
        yield None if request.param == "local" else "redis://127.0.0.1:1/0"


def test_a_limit_is_exact_and_resets(url: str | None) -> None:
    async def scenario() -> None:
        clock, key = SetClock(NOW), new_token()
        valkey = Valkey(url) if url else None
        limiter = Limiter(valkey, KEYS, clock)
        made = [await limiter.hit(RESETS, key) for _ in range(12)]
        assert [d.allowed for d in made] == [True] * 10 + [False] * 2
        assert [d.remaining for d in made] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0]
        assert {d.reset for d in made} == {3600}
        assert (await limiter.hit(RESETS, new_token())).allowed
        assert (await limiter.hit(Limit("other", 10, 3600), key)).allowed
        clock.advance(seconds=3599.5)
        assert not (await limiter.hit(RESETS, key)).allowed
        clock.advance(seconds=0.6)
        assert [(await limiter.hit(RESETS, key)).allowed for _ in range(11)] == [True] * 10 + [False]
        if valkey is not None:
            await valkey.close()

    asyncio.run(scenario())


def test_parallel_attempts_cannot_exceed_a_limit(valkey: str) -> None:
    async def scenario() -> int:
        key = new_token()
        nodes = [Valkey(valkey) for _ in range(3)]
        limiters = [Limiter(node, KEYS, SetClock(NOW)) for node in nodes]
        made = await asyncio.gather(*(limiters[n % 3].hit(RESETS, key) for n in range(90)))
        for node in nodes:
            await node.close()
        return sum(decision.allowed for decision in made)

    assert asyncio.run(scenario()) == 10


def test_stored_counters_name_nobody_and_expire(valkey: str) -> None:
    async def scenario() -> None:
        connection = Valkey(valkey)
        await Limiter(connection, KEYS, SetClock(NOW)).hit(Limit("brief", 1, 1), "leila@example.com")
        client = await connection._connected()
        assert client is not None
        found = (await client.scan(b"0", match="limit:*", count=10_000))[1]
        assert isinstance(found, list)
        keys = [key.decode() for key in found]
        assert not any("leila" in key for key in keys)
        (ours,) = [key for key in keys if key.startswith("limit:brief:")]
        assert 0 < await client.pttl(ours) <= 2100
        await connection.close()

    asyncio.run(scenario())


def test_an_error_says_when_to_try_again() -> None:
    async def scenario() -> TooManyRequests:
        limiter = Limiter(None, KEYS, SetClock(NOW))
        for _ in range(10):
            await limiter.require(RESETS, "x")
        with pytest.raises(TooManyRequests) as refused:
            await limiter.require(RESETS, "x")
        return refused.value

    refused = asyncio.run(scenario())
    assert refused.retry_after == 3600
    assert refused.headers == {
        "Retry-After": "3600",
        "RateLimit-Policy": '"password_reset";q=10;w=3600',
        "RateLimit": '"password_reset";r=0;t=3600',
    }
    assert "1 hour." in refused.detail


def test_headers_name_every_policy() -> None:
    decisions = [Decision(True, RESETS, 9, 360), Decision(True, Limit("sign_in", 60, 900), 3, 15)]
    assert headers_of(decisions) == {
        "RateLimit-Policy": '"password_reset";q=10;w=3600, "sign_in";q=60;w=900',
        "RateLimit": '"password_reset";r=9;t=360, "sign_in";r=3;t=15',
    }
    assert headers_of([]) == {}


def test_the_memory_of_a_process_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_LOCAL", 100)

    async def scenario() -> None:
        limiter = Limiter(None, KEYS, SetClock(NOW))
        for number in range(500):
            await limiter.hit(RESETS, str(number))
        assert len(limiter._local) == 100

    asyncio.run(scenario())


@given(st.integers(1, 50), st.integers(1, 100_000), st.lists(st.floats(0, 5000), min_size=1, max_size=120))
def test_no_window_allows_more_than_the_limit(amount: int, seconds: int, waits: list[float]) -> None:
    async def scenario() -> None:
        clock, limit = SetClock(NOW), Limit("any", amount, seconds)
        limiter = Limiter(None, KEYS, clock)
        taken: list[float] = []
        for wait in waits:
            clock.advance(seconds=wait)
            now = clock.now().timestamp()
            decision = await limiter.hit(limit, "x")
            assert 0 <= decision.remaining < amount
            assert 1 <= decision.reset <= seconds + 1
            if decision.allowed:
                taken.append(now)
            assert sum(when > now - seconds for when in taken) <= amount

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 seconds"),
        (59, "59 seconds"),
        (60, "1 minutes"),
        (61, "2 minutes"),
        (3540, "59 minutes"),
        (3541, "60 minutes"),
        (3600, "1 hour"),
        (3601, "2 hours"),
        (7200, "2 hours"),
    ],
)
def test_a_wait_is_described_in_its_unit_and_rounded_up(seconds: int, words: str) -> None:
    assert wait_in_words(seconds).startswith(words.removesuffix("s"))


def test_an_allowed_request_learns_what_remains(url: str | None) -> None:
    async def scenario() -> None:
        valkey = Valkey(url) if url else None
        decision = await Limiter(valkey, KEYS, SetClock(NOW)).require(RESETS, new_token())
        assert (decision.allowed, decision.remaining, decision.limit) == (True, 9, RESETS)
        if valkey is not None:
            await valkey.close()

    asyncio.run(scenario())


def test_a_hit_counts_for_exactly_its_window() -> None:
    async def scenario() -> None:
        clock = SetClock(NOW.replace(microsecond=0))
        limiter, once = Limiter(None, KEYS, clock), Limit("once", 1, 10)
        assert (await limiter.hit(once, "x")).allowed
        clock.advance(seconds=9.5)
        refused = await limiter.hit(once, "x")
        assert (refused.allowed, refused.reset) == (False, 1), "a wait is at least a second"
        clock.advance(seconds=0.5)
        assert (await limiter.hit(once, "x")).allowed

    asyncio.run(scenario())


def test_many_keys_are_remembered_without_valkey() -> None:
    """An attacker needs a long time to create more keys than this; the memory of a process is bounded."""
    assert limits.MOST_LOCAL >= 10_000
