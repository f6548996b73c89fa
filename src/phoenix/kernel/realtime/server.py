"""A server of Socket.IO 5: connections by sid, and on each the sockets of its namespaces.

It knows nothing of Phoenix: `Namespace` says who may connect and what their events do, `Gate` whom the listener lets in.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable, Mapping
from weakref import WeakSet

import structlog

from phoenix.kernel.background import once
from phoenix.kernel.realtime.clients import Client, client_of, end_late, let_in
from phoenix.kernel.realtime.connection import Connection, Limits, Opened
from phoenix.kernel.realtime.door import FORBIDDEN, UNKNOWN_SID, RefusedRequest
from phoenix.kernel.realtime.handover import SID_BYTES, Handover
from phoenix.kernel.realtime.http import Listener
from phoenix.kernel.realtime.message import Message, message_of
from phoenix.kernel.realtime.namespace import Gate, Namespace, Socket
from phoenix.kernel.realtime.polls import Polls
from phoenix.kernel.realtime.protocol.engine import Data, Opening, ProtocolError, opening
from phoenix.kernel.realtime.protocol.packets import Kind, Packet
from phoenix.kernel.realtime.websocket import UPGRADE_SECONDS, WebSocket
from phoenix.kernel.realtime.wheel import Wheel

log = structlog.get_logger(__name__)

BACKLOG = 4_096
# How long what a closed connection was still sent can be fetched by a poll.
LINGER_SECONDS = 5.0
MOST_NAMESPACES = 4


class Server:
    """All connections of this process. With `handover` it is one of several that share a port."""

    def __init__(
        self,
        namespaces: Mapping[str, Namespace],
        gate: Gate,
        limits: Limits,
        *,
        connect_within: float = 10.0,
        tick: float = 1.0,
        handover: Handover | None = None,
    ) -> None:
        self.limits = limits
        self.most_payload = limits.most_payload
        self.wheel: Wheel[Connection] = Wheel(Connection.look, tick)
        self.connections: dict[str, Connection] = {}
        self._loop = asyncio.get_running_loop()
        self.now = self._loop.time
        self._namespaces = namespaces
        self._gate = gate
        self._connect_within = connect_within
        self._handover = handover
        self._new_sid = _new_sid if handover is None else handover.new_sid
        self._lingering: dict[str, Polls] = {}
        self._listeners: WeakSet[Listener] = WeakSet()
        self.opened_by = gate.opened_by
        self.allows = gate.allows
        self.entered, self.admits, self.left = gate.entered, gate.admits, gate.left

    async def listen(self, on: socket.socket) -> asyncio.Server:
        """Accept connections. Returns what closes the listening socket."""
        if self._handover is not None:
            self._handover.open(self._take)
        return await self._loop.create_server(self._listener, sock=on, backlog=BACKLOG)

    def _listener(self, beginning: bytes = b"") -> Listener:
        listener = Listener(self, log.info, beginning)
        self._listeners.add(listener)
        return listener

    async def _take(self, accepted: socket.socket, data: bytes) -> None:
        """A connection from another process, with what it has read."""
        _transport, listener = await self._loop.connect_accepted_socket(lambda: self._listener(data), accepted)
        listener.begin()

    async def close(self, reason: str = "shutdown") -> None:
        """Close every connection."""
        if self._handover is not None:
            self._handover.close()
        tasks = [task for connection in self.connections.values() for task in client_of(connection).tasks]
        for connection in list(self.connections.values()):
            connection.end(reason)
        for listener in list(self._listeners):
            listener.shut()
        self.wheel.stop()
        # Each begins at least, so that it can be ended.
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def begin_polls(self, opened: Opened) -> tuple[Polls, str]:
        self._require_room(opened)
        polls = Polls()
        connection = Connection(self._new_sid(), self, polls, opened, polls=polls)
        polls.connection = connection
        self._begin(connection)
        return polls, self._opening(connection.sid, "websocket")

    def polls_of(self, sid: str) -> Polls | None:
        connection = self.connections.get(sid)
        return self._lingering.get(sid) if connection is None else connection.polls if isinstance(connection.polls, Polls) else None

    def is_ours(self, sid: str) -> bool:
        return self._handover is None or self._handover.owner(sid) == self._handover.number

    def pass_on(self, sid: str, connection: int, data: bytes) -> bool:
        return self._handover is not None and self._handover.pass_on(self._handover.owner(sid), connection, data)

    def begin_websocket(self, opened: Opened, sid: str) -> WebSocket:
        if not sid:
            self._require_room(opened)
            return WebSocket(lambda pipe: self._connect(pipe, opened))
        connection = self.connections.get(sid)
        if connection is None:
            raise RefusedRequest(UNKNOWN_SID)
        return WebSocket(lambda pipe: _upgrade(connection, pipe))

    def received(self, connection: Connection, data: Data) -> None:
        client = client_of(connection)
        try:
            packet = client.reader.read(data)
            if packet is not None:
                self._handle(connection, client, packet)
        except ProtocolError:
            connection.end("protocol_error", at_once=True)

    def ended(self, connection: Connection, reason: str) -> None:
        del self.connections[connection.sid]
        self._gate.ended(connection)
        client = client_of(connection)
        client.expect(None)
        sockets, client.sockets = client.sockets, {}
        for each in sockets.values():
            if each.is_in:
                self._namespaces[each.namespace].disconnected(each, reason)
        if isinstance(connection.polls, Polls) and connection.polls.has_unsent:
            self._lingering[connection.sid] = connection.polls
            self._loop.call_later(LINGER_SECONDS, self._lingering.pop, connection.sid, None)

    def disconnect(self, socket: Socket, reason: str, *, close: bool = True) -> None:
        """Put a client out of its namespace. With `close` its connection ends if it is in no other; otherwise it can connect again."""
        client = client_of(socket.connection)
        if client.sockets.get(socket.namespace) is not socket:
            return
        del client.sockets[socket.namespace]
        socket.send(message_of(Packet(Kind.DISCONNECT, socket.namespace)))
        self._namespaces[socket.namespace].disconnected(socket, reason)
        if client.sockets:
            return
        if close:
            socket.connection.end(reason)
        else:
            self._expect_socket(socket.connection)

    def _require_room(self, opened: Opened) -> None:
        if not self._gate.has_room(opened):
            raise RefusedRequest(FORBIDDEN, 429, "Too many sockets are open from this network.")

    def _connect(self, pipe: WebSocket, opened: Opened) -> Connection:
        connection = Connection(self._new_sid(), self, pipe, opened)
        self._begin(connection)
        connection.send(Message(self._opening(connection.sid)))
        return connection

    def _begin(self, connection: Connection) -> None:
        self.connections[connection.sid] = connection
        connection.user = Client()
        self._gate.began(connection)
        self._expect_socket(connection)

    def _expect_socket(self, connection: Connection) -> None:
        client_of(connection).expect(self._loop.call_later(self._connect_within, self._require_socket, connection))

    def _require_socket(self, connection: Connection) -> None:
        if connection.is_open:
            client = client_of(connection)
            client.is_late = not client.has_signed_in
            end_late(client, connection)

    def _opening(self, sid: str, *upgrades: str) -> str:
        limits = self.limits
        interval, timeout = round(limits.ping_interval * 1000), round(limits.ping_timeout * 1000)
        return opening(Opening(sid, upgrades, ping_interval=interval, ping_timeout=timeout, max_payload=limits.most_payload))

    def _handle(self, connection: Connection, client: Client, packet: Packet) -> None:
        """Raises ProtocolError for what no client sends."""
        socket = client.sockets.get(packet.namespace)
        if packet.kind is Kind.CONNECT:
            self._let_in(connection, client, packet)
        elif socket is None:
            raise ProtocolError("a packet before the connection to its namespace")
        elif packet.kind is Kind.DISCONNECT:
            del client.sockets[packet.namespace]
            if socket.is_in:
                self._namespaces[packet.namespace].disconnected(socket, "client_disconnected")
                # Whoever was never in has the time from the beginning, however often they ask.
                client.first = None
                self._expect_socket(connection)
            end_late(client, connection)
        elif not socket.is_in:
            # Its client does not know yet whether it is in.
            return
        elif packet.kind is Kind.EVENT:
            answer = None if packet.id is None else _answer(socket, packet.id)
            self._namespaces[packet.namespace].receive(socket, packet.data, answer)
        elif packet.kind is not Kind.ACK:
            raise ProtocolError("a packet that only servers send")

    def _let_in(self, connection: Connection, client: Client, packet: Packet) -> None:
        name = packet.namespace.partition("?")[0]
        if name not in self._namespaces:
            connection.send(message_of(Packet(Kind.CONNECT_ERROR, packet.namespace, {"message": "Invalid namespace"})))
            return
        if name in client.sockets or len(client.sockets) >= MOST_NAMESPACES:
            raise ProtocolError("a second connection to a namespace")
        socket = client.sockets[name] = Socket(connection, name)
        client.first = client.first or socket
        task = once("connect a socket", let_in(self._namespaces[name], client, socket, packet.data or {}))
        client.tasks.add(task)
        task.add_done_callback(client.tasks.discard)


def _new_sid() -> str:
    return secrets.token_urlsafe(SID_BYTES)


def _upgrade(connection: Connection, pipe: WebSocket) -> Connection | None:
    try:
        connection.try_upgrade(pipe)
    except ProtocolError:
        pipe.end("protocol_error", at_once=True)
        return None
    pipe.upgrade_within(UPGRADE_SECONDS)
    return connection


def _answer(socket: Socket, number: int) -> Callable[..., None]:
    return lambda *data: socket.send(message_of(Packet(Kind.ACK, socket.namespace, list(data), number)))
