"""The WebSockets of one process: how many a network and an account may have, and how long one may stay without an account."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from datetime import datetime, timedelta
from typing import Any, cast

import structlog

from phoenix.kernel.clock import Clock
from phoenix.kernel.security.networks import limited_as
from phoenix.kernel.web.application import state_of
from phoenix.kernel.web.asgi import AsgiApp, Message, Receive, Scope, Send
from phoenix.settings import RealtimeSettings

log = structlog.get_logger(__name__)

KEY = "phoenix_line"
# RFC 6455, section 7.4.1, and the registry of IANA: against a policy, and try again later.
POLICY, TRY_LATER = 1008, 1013
# What a client that reads nothing may hold up.
CLOSE_SECONDS = 1.0
RETRY_SECONDS = b"30"


class Line:
    """One WebSocket. It has no account until someone is authenticated on it, and none again once that session has ended."""

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
        """Close it, and end the reading at once: a client may never answer that it is closed."""
        if self._ended:
            return
        with contextlib.suppress(TimeoutError, OSError, RuntimeError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.send({"type": "websocket.close", "code": POLICY, "reason": reason})
        if self._reading is not None:
            self._reading.cancel()


class Lines:
    """All of them. The bounds are those of one process."""

    def __init__(self, settings: RealtimeSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._open: set[Line] = set()
        self._networks: Counter[str] = Counter()
        self._accounts: Counter[str] = Counter()

    def around(self, app: AsgiApp) -> AsgiApp:
        """The application of the sockets, with the door in front; other requests pass."""

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "websocket":
                await app(scope, receive, send)
                return
            network = limited_as(state_of(scope).address)
            if self._networks[network] >= self._settings.per_network:
                log.warning("socket_refused", reason="too_many_sockets")
                await _refuse(scope, receive, send)
                return
            line = Line(network, self._clock.now(), receive, send)
            scope[KEY] = line
            self._open.add(line)
            self._networks[network] += 1
            try:
                await app(scope, line.receive, line.send)
            finally:
                self.forget(line)
                self._open.discard(line)
                _less(self._networks, network)

        return guarded

    @staticmethod
    def of(scope: Scope) -> Line | None:
        """The line of a connection; None for one that did not come through the door."""
        return cast("Line | None", scope.get(KEY))

    def know(self, line: Line, account: str) -> bool:
        """Note who is authenticated on it; False where that account has as many as it may have, or the client has left since."""
        if line not in self._open or self._accounts[account] >= self._settings.per_account:
            return False
        self.forget(line)
        line.account = account
        self._accounts[account] += 1
        return True

    def forget(self, line: Line) -> None:
        """Nobody is authenticated on it any more; it has as long as a new one to change that."""
        if line.account:
            _less(self._accounts, line.account)
            line.account, line.since = "", self._clock.now()

    async def close_unknown(self) -> None:
        """Close those on which nobody was authenticated in time."""
        before = self._clock.now() - timedelta(seconds=self._settings.authenticate_within)
        late = [line for line in self._open if not line.account and line.since <= before]
        await asyncio.gather(*(line.close("not_authenticated") for line in late))


def _less(counter: Counter[str], key: str) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """429 before the handshake, where the server can say so."""
    await receive()
    if "websocket.http.response" in scope.get("extensions", {}):
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", RETRY_SECONDS)]
        await send({"type": "websocket.http.response.start", "status": 429, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": b"Too many sockets are open from this network.\n"})
    else:
        await send({"type": "websocket.close", "code": TRY_LATER, "reason": "too_many_sockets"})
