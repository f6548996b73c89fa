"""A websocket, as a pipe of a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from weakref import ref

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport
from picows.picows import WSAutoPingStrategy, WSProtocol  # type: ignore[attr-defined]

from phoenix.kernel.realtime.connection import Connection
from phoenix.kernel.realtime.message import HEADER, Message
from phoenix.kernel.realtime.protocol.engine import MESSAGE, Packet, ProtocolError, read_text

# How long a client that does not read can put off that its connection is closed.
CLOSE_SECONDS = 1.0
HANDSHAKE_SECONDS = 10.0
# Until a websocket that is being tried has taken the place of the polls.
UPGRADE_SECONDS = 10.0
# The least that picows allocates for each connection.
READ_BUFFER = 2_048
# Frames of one message. No client of ours sends more than one.
MOST_PARTS = 64
# The close code of RFC 6455, section 7.4.1, for each reason that is not an ordinary end.
CODES = {
    "protocol_error": WSCloseCode.PROTOCOL_ERROR,
    "too_many_messages": WSCloseCode.POLICY_VIOLATION,
    "not_authenticated": WSCloseCode.POLICY_VIOLATION,
    "slow_reader": WSCloseCode.POLICY_VIOLATION,
    "too_big": WSCloseCode.MESSAGE_TOO_BIG,
    "shutdown": WSCloseCode.SERVICE_RESTART,
}


class _Silent:
    """The log of picows, which would otherwise make a logger for each connection. What ends one is its reason."""

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - its name in picows
        del level
        return False

    def debug(self, *_words: object) -> None: ...

    info = log = warning = error = exception = debug


SILENT = _Silent()


class WebSocket(WSListener):
    """Reads frames into packets and writes messages as frames. `begin` is called once it is open, and returns its connection."""

    def __init__(self, begin: Callable[[WebSocket], Connection | None]) -> None:
        super().__init__()
        self._begin = begin
        self._transport: WSTransport | None = None
        self._connection: Connection | None = None
        self._unsent = 0
        self._parts: list[bytes] = []
        self._size = 0
        self._kind = WSMsgType.TEXT

    def take_over(self, transport: asyncio.Transport, data: bytes, most: int) -> None:
        """Have picows read the rest of a connection, of which `data` was read already. No frame may have more bytes than `most`."""
        transport.pause_reading()
        protocol = WSProtocol(
            *(None, None, False, lambda _request: self, SILENT, True, HANDSHAKE_SECONDS),
            *(False, 20.0, 20.0, WSAutoPingStrategy.PING_WHEN_IDLE, False, most, None, READ_BUFFER),
        )
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        view = memoryview(data)
        while view:
            # As the loop would.
            space = protocol.get_buffer(-1)
            part = view[: len(space)]
            space[: len(part)] = part
            view = view[len(part) :]
            protocol.buffer_updated(len(part))
        transport.resume_reading()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        self._connection = self._begin(self)

    def upgrade_within(self, seconds: float) -> None:
        """End it unless it has taken the place of the polls by then. The timer keeps nothing of it in memory."""
        tried = ref(self)
        asyncio.get_running_loop().call_later(seconds, lambda: _give_up(tried()))

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        connection = self._connection
        if frame.msg_type == WSMsgType.CLOSE:
            if connection is not None:
                connection.lost(self, "client_closed")
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()
        elif connection is not None and frame.msg_type in {WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.CONTINUATION}:
            try:
                packet = self._packet(frame, connection.owner.limits.most_payload)
                if packet is not None:
                    connection.receive(self, packet)
            except (ProtocolError, UnicodeDecodeError):
                self._refuse(connection)
        elif connection is not None and connection.may_send() and frame.msg_type == WSMsgType.PING:
            # Not answered by picows, which counts neither what comes nor what waits to be sent.
            transport.send_pong(frame.get_payload_as_bytes())
            if transport.underlying_transport.get_write_buffer_size() > connection.owner.limits.most_unsent_bytes:
                connection.end("slow_reader", at_once=True)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        del transport
        if self._connection is not None:
            self._connection.lost(self, "client_gone")
            self._connection = None

    def send(self, message: Message) -> tuple[int, int]:
        transport = self._transport
        if transport is None:
            return 0, 0
        for kind, frame in message.frames:
            transport.send_reuse_external_bytearray(kind, frame, HEADER)
        size: int = transport.underlying_transport.get_write_buffer_size()
        self._unsent = self._unsent + 1 if size else 0
        return self._unsent, size

    def forget(self) -> None:
        """It has left for the system already."""

    def end(self, reason: str, *, at_once: bool) -> None:
        transport, self._transport, self._connection = self._transport, None, None
        if transport is None:
            return
        transport.send_close(CODES.get(reason, WSCloseCode.OK), reason.encode())
        below = transport.underlying_transport
        transport.disconnect()
        if below.get_write_buffer_size():
            if at_once:
                below.abort()
            else:
                asyncio.get_running_loop().call_later(CLOSE_SECONDS, below.abort)

    def pause_writing(self) -> None:
        """Nothing: what waits is bounded whenever something is sent."""

    def resume_writing(self) -> None:
        """Nothing, as above."""

    def _packet(self, frame: WSFrame, most: int) -> Packet | None:
        """The packet that this frame completes. Raises ProtocolError."""
        if frame.fin and not self._parts and frame.msg_type == WSMsgType.TEXT:
            return read_text(frame.get_payload_as_utf8_text())
        if frame.msg_type == WSMsgType.CONTINUATION:
            if not self._parts:
                raise ProtocolError("a part of no message")
        elif self._parts:
            raise ProtocolError("a message within another")
        else:
            self._kind = frame.msg_type
        part = frame.get_payload_as_bytes()
        self._parts.append(part)
        self._size += len(part)
        if self._size > most or len(self._parts) > MOST_PARTS:
            raise ProtocolError("a message that is too long")
        if not frame.fin:
            return None
        data = b"".join(self._parts)
        self._parts, self._size = [], 0
        return read_text(data.decode()) if self._kind == WSMsgType.TEXT else Packet(MESSAGE, data)

    def give_up(self) -> None:
        """End it if it is only being tried."""
        if self._connection is not None and self._connection.probing is self:
            self._connection.lost(self, "upgrade_timeout")
            self.end("upgrade_timeout", at_once=True)

    def _refuse(self, connection: Connection) -> None:
        if connection.pipe is self:
            connection.end("protocol_error", at_once=True)
        else:
            connection.lost(self, "protocol_error")
            self.end("protocol_error", at_once=True)


def _give_up(tried: WebSocket | None) -> None:
    if tried is not None:
        tried.give_up()
