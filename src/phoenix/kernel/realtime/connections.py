"""The WebSocket connections of one process: how many a network and an account can have, and how long one can stay unauthenticated."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from datetime import datetime, timedelta
from typing import Any, cast

import structlog

from phoenix.kernel.clock import Clock
from phoenix.kernel.web.application import state_of
from phoenix.kernel.web.asgi import AsgiApp, Message, Receive, Scope, Send
from phoenix.kernel.web.authorisation import limited_as
from phoenix.settings import RealtimeSettings

log = structlog.get_logger(__name__)

KEY = "phoenix_connection"
# Close codes of RFC 6455, section 7.4.1, and IANA's registry: policy violation, and try again later.
POLICY, TRY_LATER = 1008, 1013
# How long closing waits for a client that reads nothing.
CLOSE_SECONDS = 1.0
RETRY_SECONDS = b"30"


class Connection:
    """One WebSocket. It has an account only while someone is authenticated on it: not before, and not after their session has ended."""

    def __init__(self, network: str, since: datetime, receive: Receive, send: Send) -> None:
        self.network = network
        self.account = ""
        self.since = since
        self._receive = receive
        self._send = send
        self._ended = False
        self._reading: asyncio.Task[Any] | None = None

    async def receive(self) -> Message:
        self._reading = asyncio.current_task()
        try:
            return {"type": "websocket.disconnect", "code": POLICY} if self._ended else await self._receive()
        except asyncio.CancelledError:
            if not self._ended or self._reading is None:
                raise
            self._reading.uncancel()
            return {"type": "websocket.disconnect", "code": POLICY}
        finally:
            self._reading = None

    async def send(self, message: Message) -> None:
        if not self._ended:
            self._ended = message["type"] == "websocket.close"
            await self._send(message)

    async def close(self, reason: str) -> None:
        """Close it and stop reading at once, since a client might never confirm that it is closed."""
        if self._ended:
            return
        with contextlib.suppress(TimeoutError, OSError, RuntimeError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.send({"type": "websocket.close", "code": POLICY, "reason": reason})
        if self._reading is not None:
            self._reading.cancel()


class Connections:
    """All open connections of this process. The limits are per process."""

    def __init__(self, settings: RealtimeSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._open: set[Connection] = set()
        self._networks: Counter[str] = Counter()
        self._accounts: Counter[str] = Counter()

    def around(self, app: AsgiApp) -> AsgiApp:
        """The application with these limits in front of its WebSockets; other requests pass unchanged."""

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "websocket":
                await app(scope, receive, send)
                return
            network = limited_as(state_of(scope).address)
            if self._networks[network] >= self._settings.per_network:
                log.warning("socket_refused", reason="too_many_sockets")
                await _refuse(scope, receive, send)
                return
            connection = Connection(network, self._clock.now(), receive, send)
            scope[KEY] = connection
            self._open.add(connection)
            self._networks[network] += 1
            try:
                await app(scope, connection.receive, connection.send)
            finally:
                self.forget(connection)
                self._open.discard(connection)
                _less(self._networks, network)

        return guarded

    @staticmethod
    def of(scope: Scope) -> Connection | None:
        """The connection of this scope; None if it did not pass `around`."""
        return cast("Connection | None", scope.get(KEY))

    def know(self, connection: Connection, account: str) -> bool:
        """Note who is authenticated on it. False if that account has reached its limit, or the client has left since."""
        if connection not in self._open or self._accounts[account] >= self._settings.per_account:
            return False
        self.forget(connection)
        connection.account = account
        self._accounts[account] += 1
        return True

    def forget(self, connection: Connection) -> None:
        """Note that nobody is authenticated on it any more; it then has as long as a new one to authenticate."""
        if connection.account:
            _less(self._accounts, connection.account)
            connection.account, connection.since = "", self._clock.now()

    async def close_unknown(self) -> None:
        """Close those on which nobody authenticated in time."""
        before = self._clock.now() - timedelta(seconds=self._settings.authenticate_within)
        late = [connection for connection in self._open if not connection.account and connection.since <= before]
        await asyncio.gather(*(connection.close("not_authenticated") for connection in late))


def _less(counter: Counter[str], key: str) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 429 before the handshake where the server can; otherwise close with a code."""
    await receive()
    if "websocket.http.response" in scope.get("extensions", {}):
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", RETRY_SECONDS)]
        await send({"type": "websocket.http.response.start", "status": 429, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": b"Too many sockets are open from this network.\n"})
    else:
        await send({"type": "websocket.close", "code": TRY_LATER, "reason": "too_many_sockets"})
