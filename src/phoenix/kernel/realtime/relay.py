"""What reaches /socket.io/ on the public port is handed on to a realtime process.

That is slower than the port of the sockets, and meant for clients that cannot reach it: behind a port forward, or where a host has one port.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Coroutine
from typing import Any

import httpx
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from phoenix.kernel.background import once
from phoenix.kernel.realtime.gate import RELAY_PROOF, RELAYED_FOR, RELAYED_HOST, relay_proof
from phoenix.kernel.realtime.growth import Growth
from phoenix.kernel.realtime.http import PATH
from phoenix.kernel.security.crypto import Keys
from phoenix.kernel.web.application import state_of
from phoenix.kernel.web.asgi import AsgiApp, Raw, Receive, Scope, Send
from phoenix.settings import UNSPECIFIED, Settings

log = structlog.get_logger(__name__)

OPEN_SECONDS = 10.0
# Until the body of a poll has come.
BODY_SECONDS = 10.0
# Longer than a poll waits.
POLL_SECONDS = 70.0
MOST_BODY_BYTES = 65_536
# Try again later (IANA's registry of close codes).
TRY_LATER = 1013
NEVER_SENT = frozenset({1005, 1006, 1015})
# Of no use without TLS, but httpx would read every certificate of the machine for each client.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
HANDED_ON = frozenset({b"cookie", b"origin", b"content-type"})
ANSWERED = frozenset({"content-type", "cache-control", "retry-after"})


class SocketRelay:
    """A layer that hands requests and websockets of sockets on; everything else passes."""

    def __init__(self, app: AsgiApp, settings: Settings, keys: Keys) -> None:
        self._app = app
        host = "127.0.0.1" if settings.web.host in UNSPECIFIED else settings.web.host
        self._place = f"[{host}]:{settings.realtime.port}" if ":" in host else f"{host}:{settings.realtime.port}"
        self._proof = relay_proof(keys)
        self._growth = Growth()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or scope["path"] != PATH:
            await self._app(scope, receive, send)
        elif any(name == RELAY_PROOF for name, _value in scope["headers"]):
            # It would go round in circles: this is the port that was taken for the one of the sockets.
            await _refuse(scope, send, 503)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._poll(scope, receive, send)

    def _head(self, scope: Scope) -> list[Raw]:
        """What the realtime process may know of the request, with the proof that the address is true."""
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        kept = [(name, value) for name, value in scope["headers"] if name in HANDED_ON]
        return [*kept, (RELAYED_FOR, state_of(scope).address.encode()), (RELAYED_HOST, host), (RELAY_PROOF, self._proof)]

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        url = f"ws://{self._place}{PATH}?{scope['query_string'].decode('latin-1')}"
        head = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in self._head(scope)]
        try:
            there = await connect(
                url, additional_headers=head, compression=None, open_timeout=OPEN_SECONDS, ping_interval=None, close_timeout=1, proxy=None
            )
        except InvalidStatus as refused:
            await _refuse(scope, send, refused.response.status_code)
            return
        except (OSError, TimeoutError, InvalidHandshake):
            log.warning("socket_not_relayed")
            await _refuse(scope, send, 503)
            return
        await send({"type": "websocket.accept"})
        async with there:
            with self._growth.holding() as too_much:
                ended = await _first(_to_client(there, send), _to_server(there, receive), _until(too_much))
            if ended or too_much.is_set():
                code = TRY_LATER if too_much.is_set() else _code(there.close_code)
                await send({"type": "websocket.close", "code": code, "reason": there.close_reason or ""})

    async def _poll(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(receive)
        except TimeoutError:
            await _refuse(scope, send, 408)
            return
        url = f"http://{self._place}{PATH}?{scope['query_string'].decode('latin-1')}"
        limit = httpx.Timeout(POLL_SECONDS, connect=OPEN_SECONDS)
        async with httpx.AsyncClient(timeout=limit, trust_env=False, verify=NO_TLS) as client:
            asked = client.build_request(scope["method"], url, content=body, headers=self._head(scope))
            found: list[httpx.Response] = []
            await _first(_fetch(client, asked, found), _until_gone(receive))
        for answer in found:
            headers = [(name.encode(), value.encode()) for name, value in answer.headers.items() if name in ANSWERED]
            await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
            await send({"type": "http.response.body", "body": answer.content, "more_body": False})


def _code(code: int | None) -> int:
    """What a client receives: some codes only say that none came, and are never sent (RFC 6455, 7.4.1)."""
    return TRY_LATER if code is None or code in NEVER_SENT else code


async def _body(receive: Receive) -> bytes:
    """What a client sends: of one that sends too much, the beginning, which is refused as well."""
    body = bytearray()
    while (message := await receive())["type"] == "http.request":
        body += message.get("body", b"")
        if len(body) > MOST_BODY_BYTES or not message.get("more_body"):
            break
    return bytes(body)


async def _first(ours: Coroutine[Any, Any, None], *others: Coroutine[Any, Any, None]) -> bool:
    """Run all until one is done, and end the others. Whether it was `ours`."""
    tasks = [once("relay a socket", each) for each in (ours, *others)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return tasks[0].done()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _to_client(there: ClientConnection, send: Send) -> None:
    with contextlib.suppress(ConnectionClosed):
        while True:
            data = await there.recv()
            await send({"type": "websocket.send", "text": data} if isinstance(data, str) else {"type": "websocket.send", "bytes": data})


async def _to_server(there: ClientConnection, receive: Receive) -> None:
    with contextlib.suppress(ConnectionClosed):
        while (message := await receive())["type"] == "websocket.receive":
            data = message.get("text")
            await there.send(message["bytes"] if data is None else data)


async def _until(event: asyncio.Event) -> None:
    await event.wait()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _fetch(client: httpx.AsyncClient, asked: httpx.Request, found: list[httpx.Response]) -> None:
    try:
        found.append(await client.send(asked))
    except httpx.HTTPError:
        log.warning("socket_not_relayed")
        found.append(httpx.Response(503, headers={"retry-after": "2", "content-type": "text/plain"}))


async def _refuse(scope: Scope, send: Send, status: int) -> None:
    """Answer a request, or a handshake where the server can; otherwise close with a code."""
    extension = "websocket.http.response"
    kind = "http.response" if scope["type"] == "http" else extension if extension in scope.get("extensions", {}) else ""
    if not kind:
        await send({"type": "websocket.close", "code": TRY_LATER, "reason": "refused"})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"30")]
    await send({"type": f"{kind}.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.body", "body": b"No socket can be opened here now.\n"})
