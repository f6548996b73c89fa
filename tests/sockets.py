"""The sockets of a harness, listening on a port of their own, and raw clients of them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from types import TracebackType

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from phoenix.kernel.data.followers import Listener
from phoenix.kernel.realtime.gathering import MOST_AT_ONCE
from phoenix.kernel.realtime.message import event_message
from phoenix.kernel.realtime.namespace import Socket as OpenSocket
from phoenix.kernel.realtime.sockets import Sockets
from tests.harness import Harness
from tests.waiting import until


@dataclass(frozen=True, slots=True)
class Live:
    """The sockets of a harness, and where they listen."""

    sockets: Sockets
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def only(self) -> OpenSocket:
        """The one socket that someone is signed in on."""
        (opened,) = self.sockets.open
        return opened

    def emit(self, room: str, event: str, *data: object) -> None:
        self.sockets.rooms.send(room, event_message(event, *data))

    def socket_of(self, account: str) -> OpenSocket:
        return next(opened for opened, known in self.sockets.open.items() if known.actor.account == account)


@contextlib.asynccontextmanager
async def live(harness: Harness, most_at_once: int = MOST_AT_ONCE) -> AsyncIterator[Live]:
    """Serve the sockets of a harness. Clients are counted by the address they say they have, if it trusts 127.0.0.0/8."""
    sockets = Sockets(harness.runtime, harness.registry, harness.sessions, most_at_once=most_at_once)
    sockets.start(Listener(harness.runtime.settings.database.url))
    await until(lambda: sockets.has_begun)
    listening = await sockets.server.listen(socket.create_server(("127.0.0.1", 0)))
    try:
        yield Live(sockets, listening.sockets[0].getsockname()[1])
    finally:
        listening.close()
        await sockets.server.close()


class Socket:
    """A websocket that speaks the protocols by hand: it keeps every text that the server sent."""

    def __init__(self, here: Live, address: str = "203.0.113.7", **headers: str) -> None:
        self._url = f"ws://127.0.0.1:{here.port}/socket.io/?EIO=4&transport=websocket"
        self._headers = {"X-Forwarded-For": address, **headers}
        self._there: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._changed = asyncio.Condition()
        self.texts: list[str] = []

    @property
    def there(self) -> ClientConnection:
        assert self._there is not None
        return self._there

    async def __aenter__(self) -> Socket:
        self._there = await connect(
            self._url, additional_headers=self._headers, compression=None, ping_interval=None, close_timeout=2, proxy=None
        )
        self._reading = asyncio.create_task(self._read())
        await self.until(lambda: bool(self.texts) or self.is_closed)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.there.close()
        assert self._reading is not None
        await asyncio.wait_for(self._reading, 60)

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                data = await self.there.recv()
                async with self._changed:
                    self.texts.append(data if isinstance(data, str) else data.hex())
                    self._changed.notify_all()
        async with self._changed:
            self._changed.notify_all()

    @property
    def is_closed(self) -> bool:
        return self._reading is not None and self.there.close_code is not None

    @property
    def closed(self) -> tuple[int, str] | None:
        """How the server closed it."""
        return (self.there.close_code, self.there.close_reason or "") if self.there.close_code is not None else None

    async def until(self, seen: Callable[[], bool]) -> None:
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(seen)

    async def say(self, text: str) -> None:
        await self.there.send(text)

    async def ended(self) -> None:
        await self.until(lambda: self.is_closed)

    async def sign_in(self, token: str | None) -> str:
        """Connect with a token, or by cookie, and return the answer."""
        await self.say("40" + (json.dumps({"token": token}) if token is not None else ""))
        await self.until(lambda: any(text.startswith(("40", "44")) for text in self.texts))
        return next(text for text in self.texts if text.startswith(("40", "44")))
