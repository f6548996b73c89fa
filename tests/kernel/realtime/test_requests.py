"""Requests that are not of the protocol, or of no protocol at all: each is answered, and opens nothing."""

from __future__ import annotations

import asyncio
import contextlib
from typing import cast
from unittest.mock import Mock

import pytest
from tests.kernel.realtime.echoing import echoing

from phoenix.kernel.realtime.door import Door
from phoenix.kernel.realtime.http import Listener


class Ours:
    """Every sid is of this process."""

    most_payload = 16_384

    def is_ours(self, sid: str) -> bool:
        return bool(sid)

    def entered(self, peer: str) -> None:
        assert not peer

    def admits(self, peer: str) -> bool:
        return not peer


REFUSED = [
    ("GET", "/socket.io/?transport=polling", 400, 5),
    ("GET", "/socket.io/?EIO=3&transport=polling", 400, 5),
    ("GET", "/socket.io/?EIO=4", 400, 0),
    ("GET", "/socket.io/?EIO=4&transport=abc", 400, 0),
    ("GET", "/socket.io/?EIO=4&transport=websocket", 400, 3),
    ("POST", "/socket.io/?EIO=4&transport=polling", 400, 2),
    ("PUT", "/socket.io/?EIO=4&transport=polling", 400, 2),
    ("GET", "/socket.io/?EIO=4&transport=polling&sid=unknown", 400, 1),
    ("PUT", "/socket.io/?EIO=4&transport=polling&sid=one", 400, 1),
    ("GET", "/elsewhere", 404, 3),
    ("GET", "/socket.io/?" + "&".join(f"a{n}=1" for n in range(100)), 400, 3),
]


@pytest.mark.parametrize(("method", "target", "status", "code"), REFUSED)
def test_a_request_that_is_not_of_the_protocol_is_refused_with_its_code(method: str, target: str, status: int, code: int) -> None:
    async def run() -> None:
        async with echoing() as here:
            answer = await here.client.request(method, target)
            assert (answer.status_code, answer.json()["code"]) == (status, code)
            assert not here.server.connections

    asyncio.run(run())


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
        b"POST /socket.io/?EIO=4&transport=polling&sid=x HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n" + b"x" * 1_100_000,
        b"POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n",
        b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    ],
    ids=["no head", "two hosts", "a long head", "a long body", "an expectation", "an upgrade of polls", "a coding", "no key"],
)
def test_a_malformed_request_is_answered_and_its_connection_closed(data: bytes) -> None:
    async def run() -> None:
        async with echoing() as here:
            # The server may close before it has read everything, and then there may be no answer to read.
            with contextlib.suppress(ConnectionResetError):
                assert (await here.raw(data)).split(b" ")[1][:1] in {b"4", b"5"}
            assert not here.server.connections

    asyncio.run(run())


def test_a_poll_of_another_kind_is_refused_and_the_connection_stays() -> None:
    async def run() -> None:
        async with echoing() as here:
            sid = await here.open_polls()
            answer = await here.poll(sid, "PUT")
            assert (answer.status_code, answer.json()["code"]) == (400, 2)
            assert (await here.post(sid, "3")).text == "ok"

    asyncio.run(run())


def test_pages_of_an_allowed_origin_may_read_the_answers() -> None:
    async def run() -> None:
        async with echoing() as here:
            origin = {"Origin": "https://app.example.com"}
            preflight = await here.poll(method="OPTIONS", headers=origin)
            assert preflight.status_code == 204
            for answer in (preflight, await here.poll(headers=origin)):
                assert answer.headers["access-control-allow-origin"] == origin["Origin"]
                assert answer.headers["access-control-allow-credentials"] == "true"
                assert answer.headers["vary"] == "origin"
            assert "access-control-allow-origin" not in (await here.poll()).headers

    asyncio.run(run())


def test_head_is_answered_without_a_body() -> None:
    async def run() -> None:
        async with echoing() as here:
            for target in ("/elsewhere", "/socket.io/?EIO=4&transport=polling"):
                answer = await here.raw(f"HEAD {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
                head, _, body = answer.partition(b"\r\n\r\n")
                assert head.startswith((b"HTTP/1.1 404", b"HTTP/1.1 400"))
                assert (b"content-length" in head.lower(), body) == (True, b"")

    asyncio.run(run())


def test_what_surrounds_the_chunks_of_a_body_is_not_kept() -> None:
    """An extension of a chunk is thrown away, however many there are: only a head is kept, for the process that it belongs to."""

    async def run() -> None:
        listener = Listener(cast("Door", Ours()), lambda *_said, **_more: None)
        transport = Mock(asyncio.Transport, get_extra_info=lambda _name: None)
        listener.connection_made(transport)
        listener.data_received(
            b"POST /socket.io/?EIO=4&transport=polling&sid=one HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for _ in range(100):
            listener.data_received(b"1;" + b"x" * 10_000 + b"\r\ny\r\n")
        assert len(listener._read_so_far) == 0
        assert len(listener._body) == 100
        listener.connection_lost(None)

    asyncio.run(run())
