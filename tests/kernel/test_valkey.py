"""Valkey, as the cache and the rate limits use it: its answers, and that nothing waits for a server that is down."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from glide import GlideClient, GlideClientConfiguration
from tests.logs import records
from tests.waiting import until

from phoenix.kernel.cache import valkey as module
from phoenix.kernel.cache.valkey import Valkey, script
from phoenix.kernel.security.crypto import new_token

ECHO = script("return {KEYS[1], ARGV[1], ARGV[2]}")
NOWHERE = "redis://127.0.0.1:1/0"


def run(url: str, scenario: Callable[[Valkey], Awaitable[None]]) -> None:
    async def inner() -> None:
        connection = Valkey(url)
        try:
            await scenario(connection)
        finally:
            await connection.close()

    asyncio.run(inner())


def test_values_are_stored_read_and_deleted(valkey: str) -> None:
    one, other = new_token(), new_token()

    async def scenario(connection: Valkey) -> None:
        assert await connection.get(one) is None
        assert await connection.set(one, b"1") is True
        assert await connection.set(one, b"2") is True
        assert await connection.set(other, b"3", only_new=True) is True
        assert await connection.set(other, b"4", only_new=True) is False
        assert (await connection.get(one), await connection.get(other)) == (b"2", b"3")
        await connection.delete()
        await connection.delete(one, other)
        assert (await connection.get(one), await connection.get(other)) == (None, None)
        assert await connection.ping() is True
        assert connection.reachable is True

    run(valkey, scenario)


def test_values_expire_by_the_millisecond(valkey: str) -> None:
    key = new_token()

    async def scenario(connection: Valkey) -> None:
        client = await connection._connected()
        assert client is not None
        await connection.set(key, b"1")
        assert await client.pttl(key) == -1, "no expiry by default"
        await connection.set(key, b"1", seconds=100)
        assert 99_000 < await client.pttl(key) <= 100_000
        # The shortest possible expiry, never none.
        await connection.set(key, b"1", seconds=0.0001)

        async def is_gone() -> bool:
            return await connection.get(key) is None

        await until(is_gone)

    run(valkey, scenario)


def test_a_script_gets_its_keys_and_arguments(valkey: str) -> None:
    async def scenario(connection: Valkey) -> None:
        assert await connection.run(ECHO, ["a"], ["b", "c"]) == [b"a", b"b", b"c"]

    run(valkey, scenario)


def test_all_callers_share_one_connection(valkey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0
    create = GlideClient.create

    async def count(configuration: GlideClientConfiguration) -> GlideClient:
        nonlocal made
        made += 1
        return await create(configuration)

    monkeypatch.setattr(GlideClient, "create", count)

    async def scenario(connection: Valkey) -> None:
        assert await asyncio.gather(*(connection.ping() for _ in range(20))) == [True] * 20
        assert made == 1
        await connection.close()
        assert await connection.ping(), "it reconnects"
        assert made == 2

    run(valkey, scenario)


def test_without_valkey_calls_return_nothing_and_do_not_wait(monkeypatch: pytest.MonkeyPatch, logged: io.StringIO) -> None:
    tried = 0
    create = GlideClient.create

    async def count(configuration: GlideClientConfiguration) -> GlideClient:
        nonlocal tried
        tried += 1
        return await create(configuration)

    monkeypatch.setattr(GlideClient, "create", count)
    monkeypatch.setattr(module, "REST_SECONDS", 600)

    async def scenario(connection: Valkey) -> None:
        before = connection.reachable
        answers: list[Any] = [await connection.get("x"), await connection.set("x", b""), await connection.run(ECHO, [], [])]
        assert answers == [None, False, None]
        await connection.delete("x")
        assert await connection.ping() is False
        assert (before, connection.reachable) == (True, False)
        assert tried == 1, "it pauses after a failure"
        monkeypatch.setattr(connection, "_rests_until", 0.0)
        assert await connection.ping() is False
        assert tried == 2, "then it tries again"

    run(NOWHERE, scenario)
    assert [record["event"] for record in records(logged)].count("valkey_unreachable") == 2


def test_callers_that_waited_for_a_failed_connection_do_not_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = 0

    async def fail(configuration: GlideClientConfiguration) -> GlideClient:
        nonlocal tried
        del configuration
        tried += 1
        await asyncio.sleep(0)
        raise OSError("on purpose")

    monkeypatch.setattr(GlideClient, "create", fail)

    async def scenario(connection: Valkey) -> None:
        assert await asyncio.gather(*(connection.get("x") for _ in range(5))) == [None] * 5
        assert tried == 1

    run(NOWHERE, scenario)


def test_the_pause_after_a_failure_and_the_time_out_are_about_a_second() -> None:
    # If longer, a server that is back stays unused; if shorter, every request waits for one that is down.
    assert 0.5 <= module.REST_SECONDS <= 1.5
    assert 500 <= module.REQUEST_MILLISECONDS <= 1500


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "database", "user", "password"),
    [
        ("redis://cache.example", "cache.example", 6379, False, 0, None, None),
        ("valkey://cache.example:7000/3", "cache.example", 7000, False, 3, None, None),
        ("rediss://cache.example/x", "cache.example", 6379, True, 0, None, None),
        ("valkeys://:p%40ss@cache.example", "cache.example", 6379, True, 0, None, "p@ss"),
        ("redis://ad%C3%A1:secret@cache.example", "cache.example", 6379, False, 0, "ad\u00e1", "secret"),
        ("redis://", "127.0.0.1", 6379, False, 0, None, None),
    ],
)
def test_the_address_contains_the_server_and_the_credentials(
    url: str, host: str, port: int, tls: bool, database: int, user: str | None, password: str | None
) -> None:
    made = module._configuration(url)
    assert [(node.host, node.port) for node in made.addresses] == [(host, port)]
    assert (made.use_tls, made.database_id) == (tls, database)
    credentials = made.credentials
    assert (credentials.username if credentials else None, credentials.password if credentials else None) == (user, password)


def test_the_embedded_valkey_requires_its_password(valkey: str) -> None:
    parts = urlsplit(valkey)

    async def scenario(connection: Valkey) -> None:
        assert await connection.ping() is False

    run(f"redis://:wrong@{parts.hostname}:{parts.port}/0", scenario)


def test_waiting_for_a_lost_reply_ends_after_the_time_out(valkey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client library has its own time-out, which does not always fire."""
    asked: list[str] = []

    async def lose(_client: GlideClient, key: str) -> bytes | None:
        asked.append(key)
        await asyncio.Event().wait()
        return None

    async def scenario(connection: Valkey) -> None:
        assert await connection.ping() is True
        monkeypatch.setattr(module, "GIVE_UP_SECONDS", 0.0)
        monkeypatch.setattr(GlideClient, "get", lose)
        assert await connection.get("one") is None
        assert connection.reachable is False
        assert await connection.get("another") is None
        assert asked == ["one"], "it pauses after a failure"

    run(valkey, scenario)
