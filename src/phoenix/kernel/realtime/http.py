"""The listener: reads the head of a request, then answers a poll itself or hands the connection to picows.

picows takes only handshakes of websockets, and of their headers only one spelling: Firefox, which sends `Connection: keep-alive, Upgrade`,
it would refuse. So every head is read here, and picows gets a head of ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import parse_qs

import h11
import msgspec

from phoenix.kernel.realtime.connection import Opened
from phoenix.kernel.realtime.door import (
    BAD_METHOD,
    BAD_REQUEST,
    BAD_VERSION,
    FORBIDDEN,
    UNKNOWN_SID,
    UNKNOWN_TRANSPORT,
    Door,
    RefusedRequest,
)
from phoenix.kernel.realtime.polls import Polls
from phoenix.kernel.realtime.protocol.engine import VERSION, ProtocolError

PATH = "/socket.io/"
# Until the head, and then the body, of a request is complete.
REQUEST_SECONDS = 10.0
# How long what a client still sends is ignored, once its connection is to be closed.
CLOSE_SECONDS = 1.0
# Between two requests of one connection.
IDLE_SECONDS = 60.0
MOST_HEAD_BYTES = 16_384
# In a query.
MOST_FIELDS = 20
FOR_WEBSOCKETS = frozenset({b"sec-websocket-key", b"sec-websocket-version"})
# uvloop keeps the listener of each websocket for as long as it is open, though it is not needed any more.
SPENT = h11.Connection(h11.SERVER)
JSON, TEXT = b"application/json", b"text/plain; charset=UTF-8"


class Listener(asyncio.Protocol):
    """One TCP connection, of which another process may have read the beginning."""

    def __init__(self, door: Door, log: Callable[..., None], beginning: bytes = b"") -> None:
        self._door = door
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._reader = h11.Connection(h11.SERVER, max_incomplete_event_size=MOST_HEAD_BYTES)
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._request: h11.Request | None = None
        self._origin = b""
        self._body = bytearray()
        self._beginning = beginning
        self._read_so_far = bytearray()
        self._polls: Polls | None = None
        self._peer = ""
        self._answering = False
        self._is_full = False
        self._is_closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Those of uvloop have the methods, but not the class.
        self._transport = cast("asyncio.Transport", transport)
        self._peer = (transport.get_extra_info("peername") or ("",))[0]
        self._door.entered(self._peer)
        if not self._door.admits(self._peer):
            self._refuse(RefusedRequest(FORBIDDEN, 429, "Too many connections are open from this network."))
            return
        self._expect(REQUEST_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._expect(0)
        self._transport = None
        self._leave()
        if self._polls is not None:
            self._polls.leave(self._answer)

    def pause_writing(self) -> None:
        self._is_full = True  # It gets no more answers until it has read these, or its time is up.

    def resume_writing(self) -> None:
        self._is_full = False
        self._read()

    def _leave(self) -> None:
        if self._peer:
            self._door.left(self._peer)
        self._peer = ""

    def shut(self) -> None:
        """Close it once what was answered is sent."""
        if self._transport is not None:
            self._transport.close()

    def begin(self) -> None:
        """Read what another process has read, if nothing came since."""
        if self._beginning:
            self.data_received(b"")

    def data_received(self, data: bytes) -> None:
        if self._is_closing:
            return
        # What comes now comes after it.
        data, self._beginning = self._beginning + data, b""
        if self._request is None:
            # Only the head of a request is ever handed over; what follows it can be long.
            self._read_so_far += data
        self._reader.receive_data(data)
        if (self._answering or self._is_full) and len(self._reader.trailing_data[0]) > MOST_HEAD_BYTES and self._transport is not None:
            # While an answer waits no client sends so much. Reading goes on, as it is what notices that the client is gone.
            self._transport.abort()
        self._read()

    def eof_received(self) -> bool:
        return False

    def _read(self) -> None:
        while not (self._answering or self._is_closing or self._is_full) and self._transport is not None:
            try:
                event = self._reader.next_event()
            except h11.RemoteProtocolError as error:
                self._refuse(RefusedRequest(BAD_REQUEST, error.error_status_hint))
                return
            if event is h11.NEED_DATA or event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                return
            try:
                self._take(event)
            except RefusedRequest as refused:
                self._refuse(refused)

    def _take(self, event: Any) -> None:
        if isinstance(event, h11.Request):
            self._request, self._origin = event, b""
            self._body.clear()
            # h11 bounds only a head that is not complete.
            if sum(len(name) + len(value) for name, value in event.headers) + len(event.target) > MOST_HEAD_BYTES:
                raise RefusedRequest(BAD_REQUEST, 431)
            if self._belongs_elsewhere(event):
                return
            self._read_so_far.clear()
            if any(name == b"upgrade" and value.lower() == b"websocket" for name, value in event.headers):
                self._upgrade(event)
            elif any(name == b"expect" for name, _value in event.headers):
                raise RefusedRequest(BAD_REQUEST, 417)
        elif isinstance(event, h11.Data):
            self._body += event.data
            if len(self._body) > self._door.most_payload:
                raise RefusedRequest(BAD_REQUEST, 413)
        elif isinstance(event, h11.EndOfMessage) and self._request is not None:
            self._expect(0)
            self._answering = True
            self._poll(self._request)

    def _belongs_elsewhere(self, request: h11.Request) -> bool:
        """Whether it was passed on, as its sid is another process's. Raises RefusedRequest if nobody knows that any more."""
        sid = _asked(request).get("sid", "")
        transport = self._transport
        if not sid or transport is None or self._door.is_ours(sid):
            return False
        # What follows is for whoever reads it from then on.
        transport.pause_reading()
        passed = self._door.pass_on(sid, transport.get_extra_info("socket").fileno(), bytes(self._read_so_far))
        if not passed:
            transport.resume_reading()
            raise RefusedRequest(UNKNOWN_SID)
        self._expect(0)
        # Only closed here: the other process has a descriptor of its own.
        transport.abort()
        self._transport = None
        self._leave()
        return True

    def _opened(self, request: h11.Request) -> tuple[Opened, str]:
        """The request, and the sid it names. Raises RefusedRequest for what is not of this protocol."""
        peer = self._transport.get_extra_info("peername") if self._transport is not None else None
        opened = self._door.opened_by(peer[0] if peer else "", request.headers, request.target.decode("latin-1"))
        if opened.target.partition("?")[0] != PATH:
            raise RefusedRequest(BAD_REQUEST, 404, "Not found")
        self._origin = self._door.allows(opened)
        asked = _asked(request)
        if asked.get("EIO") != VERSION:
            raise RefusedRequest(BAD_VERSION)
        if asked.get("transport") not in {"polling", "websocket"}:
            raise RefusedRequest(UNKNOWN_TRANSPORT)
        return opened, asked.get("sid", "")

    def _poll(self, request: h11.Request) -> None:
        opened, sid = self._opened(request)
        if request.method == b"OPTIONS" and self._origin:
            self._write(204, "", TEXT)
            return
        if "transport=polling" not in opened.target:
            raise RefusedRequest(BAD_REQUEST)
        if not sid:
            if request.method != b"GET":
                raise RefusedRequest(BAD_METHOD)
            _polls, packet = self._door.begin_polls(opened)
            self._write(200, packet, TEXT)
            return
        polls = self._door.polls_of(sid)
        if polls is None:
            raise RefusedRequest(UNKNOWN_SID)
        try:
            if request.method == b"GET":
                self._polls = polls
                polls.fetch(self._answer)
            elif request.method == b"POST":
                polls.receive(self._body.decode())
                self._write(200, "ok", TEXT)
            else:
                raise RefusedRequest(BAD_METHOD)
        except (ProtocolError, UnicodeDecodeError):
            raise RefusedRequest(BAD_REQUEST) from None

    def _answer(self, status: int, body: str) -> None:
        self._polls = None
        self._write(status, body, TEXT)

    def _refuse(self, refused: RefusedRequest) -> None:
        self._log("socket_refused", reason=refused.words, status=refused.status)
        body = msgspec.json.encode({"code": refused.code, "message": refused.words}).decode()
        self._write(refused.status, body, JSON, close=True)

    def _write(self, status: int, body: str, kind: bytes, *, close: bool = False) -> None:
        transport, content = self._transport, body.encode()
        if transport is None:
            return
        headers = [(b"content-type", kind), (b"content-length", str(len(content)).encode()), (b"cache-control", b"no-store")]
        if self._origin:
            headers += [
                (b"access-control-allow-origin", self._origin),
                (b"access-control-allow-credentials", b"true"),
                (b"vary", b"origin"),
            ]
        if status == 429:
            headers.append((b"retry-after", b"30"))
        if close:
            headers.append((b"connection", b"close"))
        if self._reader.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            transport.abort()
            return
        # The answer to HEAD has the length of its body, and no body.
        body_of_it = () if self._request is not None and self._request.method == b"HEAD" else (h11.Data(data=content),)
        events = (h11.Response(status_code=status, headers=headers), *body_of_it, h11.EndOfMessage())
        transport.write(b"".join(self._reader.send(event) or b"" for event in events))
        if close or not self._is_done():
            # Closed at once it would be reset where the client still sends, and the answer lost.
            transport.write_eof()
            self._is_closing = True
            self._expect(CLOSE_SECONDS)
            return
        self._reader.start_next_cycle()
        self._read_so_far = bytearray(self._reader.trailing_data[0])
        self._answering, self._request = False, None
        self._expect(IDLE_SECONDS)
        self._loop.call_soon(self._read)

    def _is_done(self) -> bool:
        """Whether another request can follow."""
        return self._reader.our_state is h11.DONE and self._reader.their_state is h11.DONE

    def _upgrade(self, request: h11.Request) -> None:
        """Hand the connection to picows, with the head that it understands."""
        opened, sid = self._opened(request)
        if "transport=websocket" not in opened.target:
            raise RefusedRequest(BAD_REQUEST)
        websocket = self._door.begin_websocket(opened, sid)
        kept = b"".join(b"%b: %b\r\n" % (name, value) for name, value in request.headers if name in FOR_WEBSOCKETS)
        head = b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" + kept + b"\r\n"
        rest = self._reader.trailing_data[0]
        self._expect(0)
        transport, self._transport = self._transport, None
        self._reader, self._request = SPENT, None
        self._leave()
        if transport is not None:
            websocket.take_over(transport, head + rest, self._door.most_payload)

    def _expect(self, seconds: float) -> None:
        """Close the connection if nothing has come of it by then; 0 waits for ever."""
        if self._deadline is not None:
            self._deadline.cancel()
        transport = self._transport
        self._deadline = self._loop.call_later(seconds, transport.abort) if seconds and transport is not None else None


def _asked(request: h11.Request) -> dict[str, str]:
    """The query of a request. Raises RefusedRequest where it has too many fields."""
    try:
        query = parse_qs(request.target.partition(b"?")[2].decode("latin-1"), max_num_fields=MOST_FIELDS)
    except ValueError:
        raise RefusedRequest(BAD_REQUEST) from None
    return {name: values[-1] for name, values in query.items()}
