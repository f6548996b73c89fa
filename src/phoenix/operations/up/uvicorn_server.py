"""The panel's listener, and the processes that serve only sockets: uvicorn, with a deadline for the head of each request.

On the panel, which few people use, one address can hold only so many connections, and so can all together. Sockets have limits
of their own, by address and by person (see kernel/realtime).

    python -m phoenix.operations.up.uvicorn_server phoenix.app:create_admin_app --host 127.0.0.1 --port 8020

by itself, uvicorn waits forever for a head that never ends, and for the first byte of a connection.
"""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from typing import Any, ClassVar

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

# As long as the public listener waits.
HEAD_SECONDS = 30.0
# A browser opens six at once; everyone behind one proxy has its address.
MOST_CONNECTIONS, MOST_OF_AN_ADDRESS = 400, 100


class DeadlineProtocol(H11Protocol):
    """HTTP/1.1 whose next head has to be complete within a time, from the connection or the last response on. Else it is cut."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def handle_events(self) -> None:
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self._stop_expecting()

    def handle_websocket_upgrade(self, event: Any) -> None:
        self._stop_expecting()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        # Before the rest, which begins with the next request if its head is here already.
        self._expect_head()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """The rest of a request is malformed: its handler learns that the client is gone, and nothing it sends any more is an error."""
        self._stop_expecting()
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete:
            super().send_400_response(msg)
            return
        cycle.disconnected = True
        cycle.message_event.set()
        if cycle.response_started:
            self.transport.close()
        else:
            super().send_400_response(msg)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_expecting()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        self._stop_expecting()
        self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _stop_expecting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class PanelProtocol(DeadlineProtocol):
    """Closes a connection that is one too many, of its address or of all, before anything of it is read."""

    _open: ClassVar[Counter[str]] = Counter()
    _address = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._address = self.client[0] if self.client else "local"
        self._open[self._address] += 1
        if self._open[self._address] > MOST_OF_AN_ADDRESS or self._open.total() > MOST_CONNECTIONS:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._open[self._address] -= 1
        if not self._open[self._address]:
            del self._open[self._address]


def config_of(application: Any, **more: Any) -> uvicorn.Config:
    """What every process of uvicorn is started with, and `more`."""
    given: dict[str, Any] = {"loop": "uvloop", "access_log": False, "log_level": "warning", "proxy_headers": False}
    protocol = PanelProtocol if more.get("ws") == "none" else DeadlineProtocol
    return uvicorn.Config(application, http=protocol, **given, **more)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("factory")
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--ws", default="none")
    given = parser.parse_args()
    uvicorn.Server(config_of(given.factory, factory=True, host=given.host, port=given.port, ws=given.ws, timeout_graceful_shutdown=5)).run()


if __name__ == "__main__":
    main()
