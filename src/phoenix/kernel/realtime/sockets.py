"""Sockets: one room per person and one per organisation, fed by the events that each process follows.

No message bus is needed: every process reads the same numbered events and notifies its own sockets, so nothing is lost
between processes and nothing depends on Valkey. Only websockets are served; a poll could reach another worker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import socketio
import structlog

from phoenix.kernel.actor import Actor
from phoenix.kernel.background import EXPECTED, Alive
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.data.followers import Listener, Tail
from phoenix.kernel.errors import SecondFactorNeeded
from phoenix.kernel.realtime.changes import LEFT
from phoenix.kernel.realtime.connections import Connection, Connections
from phoenix.kernel.web.application import App
from phoenix.kernel.web.session_reader import COOKIE, cookie, cookie_name

log = structlog.get_logger(__name__)

# A session that ended is refused within a second, open sockets included.
CHECK_SECONDS = 0.5
QUEUE_MOST = 200

Tell = Callable[[Sequence[Recorded]], Awaitable[list[tuple[str, str, Any]]]]


class _Server(socketio.AsyncServer):  # type: ignore[misc]
    """A server that clients only listen to.

    socketio calls the handler that is named like a client's event, also those for `connect` and `disconnect`: a client that sends
    such an event would make us forget its token while it stays in its rooms.
    """

    async def _handle_event(self, eio_sid: str, namespace: str | None, id: int | None, data: Any) -> None:  # noqa: A002 - its name there
        del namespace, id, data
        log.info("socket_event_refused", connection=eio_sid)


class SocketRefused(Exception):
    """A module refuses a socket. `code` says why, for machines."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True, eq=False)
class OpenSocket:
    """All that is known of one socket, from sign-in until it closes. `expires` is when its token does, or None once it was notified.

    It is checked by one task at a time: a check that began earlier must not put back what a later one has ended.
    """

    sid: str
    token: str
    actor: Actor
    expires: datetime | None
    connection: Connection | None
    rooms: frozenset[str] = frozenset()
    checking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Sockets:
    """The Socket.IO server of one process. `tell` turns events into (room, event, payload)."""

    def __init__(self, app: App, tell: Tell) -> None:
        runtime = app.runtime
        self._registry = app.registry
        self._rules = [rule for module in app.registry.modules for rule in module.sockets]
        self._runtime = runtime
        self._session_reader = app.sessions
        self._tell = tell
        origins = [*runtime.settings.web.cors_origins, runtime.settings.public_url]
        self.server: socketio.AsyncServer = _Server(
            async_mode="asgi",
            transports=["websocket"],
            cors_allowed_origins=self._allowed if origins else None,
            ping_interval=25,
            ping_timeout=20,
            max_http_buffer_size=16_384,
            logger=False,
            engineio_logger=False,
        )
        self.server.on("connect", self._connect)
        self.server.on("disconnect", self._disconnect)
        self.connections = Connections(runtime.settings.realtime, runtime.clock)
        self._open: dict[str, OpenSocket] = {}
        self._tail = Tail(runtime.database)

    @property
    def count(self) -> int:
        return len(self._open)

    def app(self, other: Any) -> Any:
        """The ASGI application: sockets at /socket.io/, everything else passed on."""
        return self.connections.around(socketio.ASGIApp(self.server, other_asgi_app=other, socketio_path="/socket.io"))

    def start(self, listener: Listener) -> None:
        """Feed the sockets in the background."""
        background, arrived = self._runtime.background, listener.subscribe()
        background.start("feed", lambda alive: self._tail.follow(arrived, self._feed, alive))
        background.start("sessions of sockets", self._watch_sessions)
        background.start("unknown sockets", self._watch_connections)
        background.start("listener", listener.listen, stop=listener.stop)

    async def _feed(self, batch: Sequence[Recorded]) -> None:
        if self._open:
            await self.deliver(batch)

    async def deliver(self, batch: Sequence[Recorded]) -> None:
        """Send events to the rooms. Everyone in a room is checked again first: this batch may contain what ended their membership.

        Every change that was committed before the batch was read has touched its generation, so what is cached of a session
        counts only if it is true now, and nothing is queried for a session that did not change.
        """
        messages = await self._tell(batch)
        for sid in {sid for room in {room for room, _, _ in messages} for sid, _ in self.server.manager.get_participants("/", room)}:
            socket = self._open.get(sid)
            if socket is None:
                # Whoever is in a room is someone whose session is known.
                await self.server.disconnect(sid)
                continue
            try:
                await self._check(socket)
            except Exception:  # a socket that cannot be checked is sent nothing; its client reconnects and catches up
                log.exception("socket_cut")
                await self.server.disconnect(sid)
        for room, event, payload in messages:
            await self.server.emit(event, payload, room=room)

    async def _watch_connections(self, alive: Alive) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await self.connections.close_unknown()
            alive()

    async def _watch_sessions(self, alive: Alive) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            for socket in list(self._open.values()):
                try:
                    await self._check(socket)
                except EXPECTED:
                    raise
                except Exception:  # one socket must not keep the others from being checked
                    log.exception("socket_cut")
                    await self.server.disconnect(socket.sid)
                alive()
            alive()

    async def _check(self, socket: OpenSocket) -> None:
        """Looking at a session is not using it. A socket lasts as long as its session, whenever the token expires."""
        async with socket.checking:
            actor = await self._session_reader.follow(socket.token)
            if self._open.get(socket.sid) is not socket:
                return
            if actor is None or self._is_closed_to(actor):
                reason = await self._why(socket.actor) if actor is None else SecondFactorNeeded.code
                # Without a reason, the session's tokens were replaced: whoever has the new one connects again.
                await (self._cut(socket, "session_ended", reason) if reason else self._tell_token_expired(socket, cut=True))
                return
            try:
                # Another object, even an equal one, means that something was changed.
                if actor is not socket.actor:
                    await self._enter_rooms(socket, actor, await self._rooms_of(actor))
            except SocketRefused as refused:
                await self._cut(socket, "socket_refused", refused.code)
                return
            if socket.expires is not None and socket.expires <= self._runtime.clock.now():
                socket.expires = None
                await self._tell_token_expired(socket)
            await self._cut_slow_reader(socket.sid)

    async def _cut(self, socket: OpenSocket, event: str, reason: str) -> None:
        await self.server.emit(event, {"reason": reason}, to=socket.sid)
        await self.server.disconnect(socket.sid)

    async def _tell_token_expired(self, socket: OpenSocket, *, cut: bool = False) -> None:
        await self.server.emit("token_expired", {"session": socket.actor.session}, to=socket.sid)
        if cut:
            await self.server.disconnect(socket.sid)

    async def _why(self, actor: Actor) -> str:
        """The reason why a session ended, as a code for machines; "" if it has not."""
        identity = self._registry.identity_of_record(actor.session)
        if identity is None:
            return "ended"
        async with self._runtime.database.reader() as db:
            return await identity.why(db, actor.session)

    async def _cut_slow_reader(self, sid: str) -> None:
        eio_sid = self.server.manager.eio_sid_from_sid(sid, "/")
        waiting = self.server.eio.sockets.get(eio_sid) if eio_sid else None
        if waiting is not None and waiting.queue.qsize() > QUEUE_MOST:
            log.warning("socket_cut", reason="reads too slowly")
            await self.server.disconnect(sid)

    async def _connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        token = auth.get("token") if isinstance(auth, dict) else None
        if not isinstance(token, str):
            secure = self._runtime.settings.public_url.startswith("https://")
            headers = environ.get("asgi.scope", {}).get("headers", [])
            token = cookie(headers, cookie_name(COOKIE, secure=secure).encode())
        found = await self._session_reader.find(token, unattended=True) if token else None
        # As each check will find it.
        actor = await self._session_reader.follow(token) if found is not None and token else None
        if found is None or actor is None or token is None or self._is_closed_to(actor):
            raise socketio.exceptions.ConnectionRefusedError("not_logged_in")
        try:
            rooms = await self._rooms_of(actor)
        except SocketRefused as refused:
            raise socketio.exceptions.ConnectionRefusedError(refused.code) from None
        connection = self.connections.of(environ.get("asgi.scope", {}))
        if connection is not None and not self.connections.know(connection, actor.account):
            raise socketio.exceptions.ConnectionRefusedError("too_many_sockets")
        socket = self._open[sid] = OpenSocket(sid, token, actor, found.record.until, connection)
        await self._enter_rooms(socket, actor, rooms)
        await self._replay(sid, actor, auth)

    async def _replay(self, sid: str, actor: Actor, auth: Any) -> None:
        """Send what the client missed, as the modules replay it."""
        last = auth.get("last_number") if isinstance(auth, dict) else None
        number = last if isinstance(last, int) and not isinstance(last, bool) and 0 <= last < 2**62 else None
        for rule in self._rules:
            for event, payload in await rule.replay(self._runtime, actor, number) if rule.replay is not None else ():
                await self.server.emit(event, payload, to=sid)

    async def _rooms_of(self, actor: Actor) -> frozenset[str]:
        """The rooms that the sockets of someone belong in now. Raises SocketRefused if a module wants none of theirs."""
        for rule in self._rules:
            if rule.refuse is not None and (code := await rule.refuse(self._runtime, actor)):
                raise SocketRefused(code)
        rooms = {f"account:{actor.account}", *(f"organisation:{membership.organisation}" for membership in actor.memberships)}
        for rule in self._rules:
            rooms |= set(await rule.join(self._runtime, actor)) if rule.join is not None else set()
        return frozenset(rooms)

    async def _enter_rooms(self, socket: OpenSocket, actor: Actor, rooms: frozenset[str]) -> None:
        """Be in these rooms and no others, unless the socket has closed since."""
        if self._open.get(socket.sid) is not socket:
            return
        for room in socket.rooms - rooms:
            kind, _, organisation = room.partition(":")
            if kind == "organisation":
                await self.server.emit(LEFT, {"organisation": organisation}, to=socket.sid)
            await self.server.leave_room(socket.sid, room)
        for room in rooms - socket.rooms:
            await self.server.enter_room(socket.sid, room)
        socket.actor, socket.rooms = actor, rooms

    async def _disconnect(self, sid: str, reason: str = "") -> None:
        socket = self._open.pop(sid, None)
        if socket is not None and socket.connection is not None:
            self.connections.forget(socket.connection)
        log.debug("socket_closed", reason=reason)

    def _is_closed_to(self, actor: Actor) -> bool:
        # Messages to a room are not limited by scopes, so an API key receives none here.
        return actor.is_key or actor.needs_second_factor(self._runtime.settings.second_factor_for)

    def _allowed(self, origin: str, environ: dict[str, Any]) -> bool:
        settings = self._runtime.settings
        host = environ.get("HTTP_HOST", "")
        return origin in {settings.public_url, f"http://{host}", f"https://{host}", *settings.web.cors_origins}
