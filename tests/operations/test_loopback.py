"""On this machine people use the name localhost, which can be 127.0.0.1 or ::1. A machine without IPv6 starts as well."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from tests.harness import Harness

from phoenix.operations.up import loopback, plan
from phoenix.operations.up.addresses import has_ipv6_loopback, require_free
from phoenix.operations.up.errors import StartError
from phoenix.operations.up.plan import on_both_loopbacks, parts, resolve
from phoenix.settings import InstallationSettings, Settings, WebSettings, read_settings

PAGE = {"accept": "text/html,application/xhtml+xml"}
needs_ipv6 = pytest.mark.skipif(not has_ipv6_loopback(), reason="this machine has no ::1")


def names(settings: Settings, folder: Path) -> list[str]:
    return [part.name for part in parts(resolve(settings, folder), folder)]


def test_both_loopback_addresses_are_listened_on_where_there_are_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for has_ipv6 in (True, False):
        monkeypatch.setattr(plan, "has_ipv6_loopback", lambda has_ipv6=has_ipv6: has_ipv6)
        assert ("loopback" in names(Settings(), tmp_path)) is has_ipv6
    monkeypatch.setattr(plan, "has_ipv6_loopback", lambda: True)
    for changed in (
        replace(Settings(), installation=InstallationSettings(environment="production")),
        replace(Settings(), web=WebSettings(domain="app.example.com")),
        replace(Settings(), web=WebSettings(host="10.0.0.7")),
        # It answers ::1 itself.
        replace(Settings(), web=WebSettings(host="::")),
    ):
        assert not on_both_loopbacks(changed)


def test_a_machine_without_ipv6_is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_socket: socket.socket, _address: object) -> None:
        raise OSError("Cannot assign requested address")

    monkeypatch.setattr(socket.socket, "bind", refuse, raising=False)
    assert not has_ipv6_loopback()


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, "http://localhost:8000"),
        ({"PHOENIX_HOST": "10.0.0.7"}, "http://10.0.0.7:8000"),
        ({"PHOENIX_PUBLIC_URL": "http://127.0.0.1:8000"}, "http://127.0.0.1:8000"),
        ({"PHOENIX_DOMAIN": "app.example.com"}, "https://app.example.com"),
    ],
)
def test_the_name_is_used_only_where_people_use_this_machine(given: dict[str, str], url: str) -> None:
    assert read_settings(given).public_url == url


@needs_ipv6
def test_a_port_that_another_program_has_on_the_second_address_is_reported() -> None:
    listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    with listener, pytest.raises(StartError, match="is in use by another program"):
        require_free("::1", listener.getsockname()[1])


@needs_ipv6
def test_connections_to_the_second_address_reach_the_listener_whole_and_end_with_it() -> None:
    async def run() -> None:
        ended = asyncio.Event()

        async def upper(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # The end of what is sent arrives too, and the answer comes after it.
            writer.write((await reader.read()).upper())
            writer.close()
            ended.set()

        async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            del reader
            writer.transport.abort()
            writer.close()

        async def closed(writer: asyncio.StreamWriter) -> None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

        listener = await asyncio.start_server(upper, "127.0.0.1", 0)
        relay = await loopback.serve(0, to_port=listener.sockets[0].getsockname()[1])
        there = relay.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("::1", there)
        writer.write(b"a" * 300_000)
        writer.write_eof()
        assert await asyncio.wait_for(reader.read(), 20) == b"A" * 300_000
        await asyncio.wait_for(ended.wait(), 20)
        await closed(writer)
        listener.close()

        breaking = await asyncio.start_server(refuse, "127.0.0.1", 0)
        second = await loopback.serve(0, to_port=breaking.sockets[0].getsockname()[1])
        reader, writer = await asyncio.open_connection("::1", second.sockets[0].getsockname()[1])
        with contextlib.suppress(OSError):
            assert await asyncio.wait_for(reader.read(), 20) == b""
        await closed(writer)
        breaking.close()
        await breaking.wait_closed()
        # Nothing listens any more: the connection ends, and the relay goes on.
        for _attempt in range(2):
            reader, writer = await asyncio.open_connection("::1", second.sockets[0].getsockname()[1])
            with contextlib.suppress(OSError):
                assert await asyncio.wait_for(reader.read(), 20) == b""
            await closed(writer)
        relay.close()
        second.close()

    asyncio.run(run())


def test_a_page_opened_at_the_address_leads_to_the_name_and_everything_else_is_answered(harness: Harness) -> None:
    harness.variables |= {"PHOENIX_PUBLIC_URL": "http://localhost:8000", "PHOENIX_PORT": "8000"}

    async def run() -> None:
        async with harness:
            for host in ("127.0.0.1:8000", "[::1]:8000"):
                answer = await harness.get("/sign-in?next=%2Fo%2Fember%3Fa%3Db&x=%26", headers={**PAGE, "host": host})
                assert answer.status_code == 307
                assert answer.headers["location"] == "http://localhost:8000/sign-in?next=%2Fo%2Fember%3Fa%3Db&x=%26"
            served = [
                ("GET", "/sign-in", {**PAGE, "host": "localhost:8000"}),
                # By a tunnel from another port, where the name may lead elsewhere.
                ("GET", "/sign-in", {**PAGE, "host": "127.0.0.1:9000"}),
                ("GET", "/sign-in", {"host": "127.0.0.1:8000"}),
                ("GET", "/sign-in", {**PAGE, "host": "127.0.0.1:8000", "hx-request": "true"}),
                ("GET", "/healthz", {**PAGE, "host": "127.0.0.1:8000"}),
                ("GET", "/api/v2/providers", {**PAGE, "host": "127.0.0.1:8000"}),
            ]
            for method, path, headers in served:
                answer = await harness.request(method, path, headers=headers)
                assert answer.status_code == 200, (path, headers, answer.status_code)
            form = await harness.post("/sign-in", headers={**PAGE, "host": "127.0.0.1:8000"}, data={"email": "x"})
            assert form.status_code == 403, "the form was answered, which has no token"

    asyncio.run(run())


def test_an_installation_with_another_address_redirects_nothing(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            answer = await harness.get("/sign-in", headers={**PAGE, "host": "127.0.0.1:8000"})
            assert answer.status_code == 200

    asyncio.run(run())
