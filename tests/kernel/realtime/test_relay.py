"""One open port is enough: the public port hands sockets on, with the client's true address."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import uvicorn
from tests.harness import Harness
from tests.kernel.ringing import RefusedError, connected
from tests.sockets import Live, Socket, live
from tests.waiting import until

from phoenix.kernel.realtime import relay
from phoenix.kernel.realtime.relay import SocketRelay
from phoenix.kernel.web.client_address import ClientAddress


@contextlib.asynccontextmanager
async def public(harness: Harness, port: int, given: socket.socket | None = None) -> AsyncIterator[Live]:
    """A public port whose sockets are served on `port`. Everything else is not found."""
    settings = replace(harness.runtime.settings, realtime=replace(harness.runtime.settings.realtime, port=port))

    async def nothing(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    layered = ClientAddress(SocketRelay(nothing, settings, harness.runtime.keys), harness.app, settings.web.trusted_proxies)
    with given or socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(layered, lifespan="off", log_config=None, ws="websockets-sansio"))
        serving = asyncio.create_task(server.serve([listening]))
        try:
            await until(lambda: server.started)
            yield Live(None, listening.getsockname()[1])  # type: ignore[arg-type] # only its address
        finally:
            server.should_exit = True
            await serving


async def come_later(client: httpx.AsyncClient, *, polls_after: str = "2") -> None:
    answer = await client.get("/socket.io/?EIO=4&transport=polling")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, polls_after)
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "A" * 22 + "=="}
    refused = await client.get("/socket.io/?EIO=4&transport=websocket", headers=upgrade)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")


def test_a_poll_whose_body_never_comes_is_ended(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "BODY_SECONDS", 0.05)

    async def run() -> None:
        async with harness, public(harness, 1) as there:
            reader, writer = await asyncio.open_connection("127.0.0.1", there.port)
            writer.write(b"POST /socket.io/?EIO=4&transport=polling&sid=x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n4")
            assert b"408" in await asyncio.wait_for(reader.readline(), 30)
            writer.close()

    asyncio.run(run())


@pytest.mark.parametrize("transports", [["websocket"], ["polling"]], ids="+".join)
def test_a_client_of_the_public_port_receives_what_others_do(ringing: Harness, transports: list[str]) -> None:
    async def run() -> None:
        async with ringing, live(ringing) as here, public(ringing, here.port) as there:
            ada = await ringing.person("ada")
            async with connected(there.url, ada.token, transports=transports) as told:
                await until(lambda: ("missed", {"last": True}) in told)
                here.emit(f"account:{ada.id}", "rung", "once")
                await until(lambda: ("rung", "once") in told)
                assert (await ringing.delete("/api/v2/sessions/current", by="ada")).status_code == 204
                await until(lambda: any(event[0] == "disconnect" for event in told))
            with pytest.raises(RefusedError, match="not_logged_in"):
                async with connected(there.url, ada.token, transports=transports):
                    pass
            await until(lambda: not here.sockets.server.connections)

    asyncio.run(run())


def test_the_cookie_and_the_address_of_the_client_come_along(harness: Harness) -> None:
    harness.variables |= {"PHOENIX_TRUSTED_PROXIES": "127.0.0.0/8", "PHOENIX_REALTIME_PER_NETWORK": "1"}

    async def run() -> None:
        async with harness, live(harness) as here, public(harness, here.port) as there:
            ada = await harness.person("ada")
            async with Socket(there, "203.0.113.5", Cookie=f"phoenix_session={ada.token}") as socket:
                assert "sid" in await socket.sign_in(None)
                assert here.sockets.counts.networks == {"203.0.113.5": 1}
                async with Socket(there, "203.0.113.6"):
                    pass
                query = {"EIO": "4", "transport": "polling"}
                async with httpx.AsyncClient(base_url=there.url, trust_env=False) as client:
                    refused = await client.get("/socket.io/", params=query, headers={"X-Forwarded-For": "203.0.113.5"})
                    assert (refused.status_code, refused.json()["code"]) == (429, 4)
                    assert "retry-after" in refused.headers
                    foreign = await client.get("/socket.io/", params=query, headers={"Origin": "https://evil.example"})
                    assert foreign.status_code == 403
                    assert (await client.get("/socket.io/elsewhere")).status_code == 404
                    same = await client.get("/socket.io/", params=query, headers={"Origin": there.url, "X-Forwarded-For": "203.0.113.8"})
                    assert same.status_code == 200, "a page of this very address"

    asyncio.run(run())


def test_a_close_is_handed_on_with_its_reason_both_ways(harness: Harness) -> None:
    harness.variables["PHOENIX_REALTIME_AUTHENTICATE"] = "1"

    async def run() -> None:
        async with harness, live(harness) as here, public(harness, here.port) as there:
            async with Socket(there) as socket:
                await socket.ended()
                assert socket.closed == (1008, "not_authenticated")
            async with Socket(there) as socket:
                await until(lambda: len(here.sockets.server.connections) == 1)
            await until(lambda: not here.sockets.server.connections)

    asyncio.run(run())


def test_where_no_sockets_are_served_the_client_is_told_to_come_later(harness: Harness) -> None:
    async def run() -> None:
        # Bound, so that nobody else takes the port, but not listening.
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            port = nobody.getsockname()[1]
            async with harness, public(harness, port) as there, httpx.AsyncClient(base_url=there.url, trust_env=False) as client:
                await come_later(client)

    asyncio.run(run())


def test_a_body_that_is_too_long_is_refused(harness: Harness) -> None:
    async def run() -> None:
        async with (
            harness,
            live(harness) as here,
            public(harness, here.port) as there,
            httpx.AsyncClient(base_url=there.url, trust_env=False) as client,
        ):
            sid = json.loads((await client.get("/socket.io/?EIO=4&transport=polling")).text[1:])["sid"]
            answer = await client.post(f"/socket.io/?EIO=4&transport=polling&sid={sid}", content=b"4" * 1_000_000)
            assert answer.status_code == 413

    asyncio.run(run())


def test_clients_are_told_both_addresses(harness: Harness) -> None:
    async def run() -> None:
        async with harness:
            told = (await harness.get("/api/v2/realtime")).json()
            assert told == {"url": harness.runtime.settings.public_url, "fallback": harness.runtime.settings.public_url}

    harness.variables["PHOENIX_REALTIME_URL"] = ""
    asyncio.run(run())
    harness.variables["PHOENIX_REALTIME_URL"] = "https://live.example.com"

    async def elsewhere() -> None:
        async with harness:
            assert (await harness.get("/api/v2/realtime")).json()["url"] == "https://live.example.com"

    asyncio.run(elsewhere())


def test_what_comes_back_is_not_handed_on_again(harness: Harness) -> None:
    """As where PHOENIX_REALTIME_PORT is the public port: it would go round until no descriptor is left."""

    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
            async with (
                harness,
                public(harness, port, listening) as there,
                httpx.AsyncClient(base_url=there.url, trust_env=False) as client,
            ):
                await come_later(client, polls_after="30")

    asyncio.run(run())
