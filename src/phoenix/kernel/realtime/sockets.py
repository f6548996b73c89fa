"""The sockets of Phoenix: one room per person and one per organisation, fed by the events that each process follows.

No message bus is needed: every process reads the same numbered events and notifies its own sockets, so nothing is lost
between processes and nothing depends on Valkey.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from phoenix.kernel.actor import Actor
from phoenix.kernel.background import Alive
from phoenix.kernel.data.events import Recorded
from phoenix.kernel.data.followers import Listener, Tail
from phoenix.kernel.errors import SecondFactorNeeded
from phoenix.kernel.realtime.changes import LEFT, live_messages
from phoenix.kernel.realtime.connection import Limits
from phoenix.kernel.realtime.delivery import Delivery
from phoenix.kernel.realtime.gate import SocketGate
from phoenix.kernel.realtime.gathering import MOST_AT_ONCE, Gathering
from phoenix.kernel.realtime.handover import Handover
from phoenix.kernel.realtime.limits import Counts
from phoenix.kernel.realtime.namespace import Refused, Socket
from phoenix.kernel.realtime.protocol.packets import MAIN
from phoenix.kernel.realtime.replays import Replays
from phoenix.kernel.realtime.server import Server
from phoenix.kernel.realtime.signed_in import Asked, SignedIn, SocketRefused
from phoenix.kernel.realtime.sources import SourceTail
from phoenix.kernel.registry import Registry
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.web.session_reader import COOKIE, SessionReader, cookie, cookie_name
from phoenix.kernel.web.socket_figures import SocketFigures, write_figures

log = structlog.get_logger(__name__)

# A session that ended is refused within a second, open sockets included.
CHECK_SECONDS = 0.5
# Not of all sockets at once: everyone else would wait for that.
SLICES = 10
# What is counted of a room is sent within this time after it is due, even if it was counted just now.
GATHER_SECONDS = 0.1
FIGURES_SECONDS = 1.0
PRESENT_SECONDS = 1.0
# After the database was away, messages are to come again as soon as it is back.
RETRY_SECONDS = 1.0
LIMITS = Limits()


class Sockets:
    """The sockets of one process."""

    def __init__(
        self,
        runtime: Runtime,
        registry: Registry,
        sessions: SessionReader,
        limits: Limits = LIMITS,
        handover: Handover | None = None,
        *,
        most_at_once: int = MOST_AT_ONCE,
    ) -> None:
        settings = runtime.settings
        self._registry = registry
        self._rules = [rule for module in registry.modules for rule in module.sockets]
        self._replays = Replays(runtime, self._rules)
        self._runtime = runtime
        self._session_reader = sessions
        self.counts = Counts(settings.realtime)
        self.open: dict[Socket, SignedIn] = {}
        self.delivery = Delivery(runtime, sessions, self.open, self.check)
        self.rooms = self.delivery.rooms
        self.name = secrets.token_hex(8)
        gate = SocketGate(settings, runtime.keys, self.counts)
        self.server = Server({MAIN: self}, gate, limits, connect_within=settings.realtime.authenticate_within, handover=handover)
        self._tail = Tail(runtime.database)
        self.sources = [SourceTail(runtime, source) for module in registry.modules for source in module.live_sources]
        self._gathering = Gathering(lambda room: len(self.rooms.inside(room)), self.server.now, most=most_at_once)

    def start(self, listener: Listener) -> None:
        """Feed the sockets in the background."""
        start, arrived = partial(self._runtime.background.start, longest_delay=RETRY_SECONDS), listener.subscribe()
        start("feed", lambda alive: self._tail.follow(arrived, self._feed, alive))
        start("sessions of sockets", self._watch_sessions)
        start("gathered messages", self._send_gathered)
        if any(rule.present is not None for rule in self._rules):
            start("presence", self._tell_presence)
        for tail in self.sources:
            start(f"live {tail.name}", partial(tail.follow, listener.subscribe(), self.delivery.send))
        start("listener", listener.listen, stop=listener.stop)

    @property
    def has_begun(self) -> bool:
        """Whether everything that happens from now on is sent. Before that, a client could connect and miss something."""
        return self._tail.has_begun and all(tail.position is not None for tail in self.sources)

    def keep_figures(self, file: Path) -> None:
        """Write what /metrics shows of this process to a file every second."""
        self._runtime.background.start("figures of sockets", lambda alive: self._write_figures(file, alive))

    async def _write_figures(self, file: Path, alive: Alive) -> None:
        while True:
            await asyncio.to_thread(write_figures, file, self.figures())
            alive()
            await asyncio.sleep(FIGURES_SECONDS)

    def figures(self) -> SocketFigures:
        """This process now."""
        counts, at = self.counts, self._runtime.clock.now().timestamp()
        here = (len(self.server.connections), len(self.open), len(self.rooms))
        return SocketFigures(at, *here, counts.opened, self.delivery.sent, dict(counts.closed))

    async def _feed(self, batch: Sequence[Recorded]) -> None:
        if self.open:
            await self.deliver(batch)

    async def deliver(self, batch: Sequence[Recorded]) -> None:
        """Send events to the rooms, or count them where a room has many people."""
        await self.delivery.send(self._gathering.take(await live_messages(self._runtime, self._registry, batch)))

    async def _send_gathered(self, alive: Alive) -> None:
        while True:
            await asyncio.sleep(self._gathering.wait(GATHER_SECONDS))
            await self.delivery.send(self._gathering.due())
            alive()

    async def _watch_sessions(self, alive: Alive) -> None:
        while True:
            opened, failed = list(self.open), self.delivery.unchecked
            for number in range(SLICES):
                await asyncio.sleep(CHECK_SECONDS / SLICES)
                await self._watch(opened[number::SLICES])
                alive()
            if self.delivery.unchecked > failed:
                log.warning("sessions_not_checked", count=self.delivery.unchecked - failed)

    async def _watch(self, sockets: Sequence[Socket]) -> None:
        await self.delivery.look(sockets)
        now = self._runtime.clock.now()
        for socket in sockets:
            if (known := self.open.get(socket)) is not None and known.expires is not None and known.expires <= now and known.behind is None:
                self._tell_if_token_expired(socket, known, now)

    async def _tell_presence(self, alive: Alive) -> None:
        while True:
            await asyncio.sleep(PRESENT_SECONDS)
            here = frozenset(known.actor.account for known in self.open.values() if known.actor.impersonator is None)
            for rule in self._rules:
                if rule.present is not None:
                    await self.delivery.send(self._gathering.take(await rule.present(self._runtime, self.name, here)))
            alive()

    async def check(self, socket: Socket, asked: Asked | None = None) -> None:
        """Looking at a session is not using it. A socket lasts as long as its session, whenever the token expires.

        `asked` has the rooms of the session's other sockets.
        """
        known = self.open.get(socket)
        if known is None:
            return
        async with known.checking:
            actor = await self._session_reader.follow(known.token)
            if self.open.get(socket) is not known:
                return
            if actor is None or self._is_closed_to(actor):
                reason = await self._why(known.actor) if actor is None else SecondFactorNeeded.code
                # Without a reason, the session's tokens were replaced: whoever has the new one connects again.
                self._cut(socket, "session_ended", reason) if reason else self._tell_token_expired(socket, known, cut=True)
                return
            held = self._session_reader.held(known.token, actor)
            try:  # Another object, even an equal one, means that something was changed.
                if actor is not known.actor:
                    asked = {} if asked is None else asked
                    rooms = asked[id(actor)][1] if id(actor) in asked else await self._rooms_of(actor)
                    asked[id(actor)] = actor, rooms
                    self._change_rooms(socket, known, actor, rooms)
            except SocketRefused as refused:
                self._cut(socket, "socket_refused", refused.code)
                return
            known.held = held
            self._tell_if_token_expired(socket, known, self._runtime.clock.now())

    def _tell_if_token_expired(self, socket: Socket, known: SignedIn, now: datetime) -> None:
        if known.expires is not None and known.expires <= now:
            known.expires = None
            self._tell_token_expired(socket, known)

    def _cut(self, socket: Socket, event: str, reason: str) -> None:
        # What waits to be polled, whoever has the sid could fetch.
        socket.connection.forget_unsent()
        socket.emit(event, {"reason": reason})
        self.server.disconnect(socket, event)

    def _tell_token_expired(self, socket: Socket, known: SignedIn, *, cut: bool = False) -> None:
        socket.emit("token_expired", {"session": known.actor.session})
        if cut:
            self.server.disconnect(socket, "token_expired", close=False)

    async def _why(self, actor: Actor) -> str:
        """The reason why a session ended, as a code for machines; "" if it has not."""
        identity = self._registry.identity_of_record(actor.session)
        if identity is None:
            return "ended"
        async with self._runtime.database.reader() as db:
            return await identity.why(db, actor.session)

    async def connect(self, socket: Socket, auth: Mapping[str, Any]) -> None:
        """Sign in by the token in `auth`, or else by the session cookie."""
        token = auth.get("token")
        if not isinstance(token, str):
            secure = self._runtime.settings.public_url.startswith("https://")
            opened = socket.connection.opened
            token = cookie(opened.headers if opened is not None else (), cookie_name(COOKIE, secure=secure).encode())
        found = await self._session_reader.find(token, unattended=True) if token else None
        # As each check will find it.
        actor = await self._session_reader.follow(token) if found is not None and token else None
        if found is None or actor is None or token is None or self._is_closed_to(actor):
            raise Refused("not_logged_in")
        # A page says whose it is. In its browser, someone else can have signed in since.
        if auth.get("reader", actor.account) != actor.account:
            raise Refused("not_logged_in")
        held = self._session_reader.held(token, actor)
        try:
            rooms = await self._rooms_of(actor)
        except SocketRefused as refused:
            raise Refused(refused.code) from None
        if not socket.is_open or not self.counts.account_has_room(actor.account):
            raise Refused("too_many_sockets")
        seen = {name: value for name, value in auth.items() if name not in {"token", "reader"}}
        self.open[socket] = SignedIn(token, actor, held, found.record.until, rooms, seen)
        self.counts.add_account(actor.account)
        # Nothing of the request is needed any more.
        socket.connection.opened = None

    async def connected(self, socket: Socket) -> None:
        """Enter the rooms first, then send what the client missed, as the modules replay it: nothing falls in between.

        Some of it may be of a room that it has left since, so its session is checked again before anything is sent.
        """
        known = self.open[socket]
        for room in known.rooms:
            self.rooms.enter(socket, room)
        missed = await self._replays.missed(known, lambda: self.open.get(socket) is known)
        await self.check(socket)
        if self.open.get(socket) is not known:
            return
        known.seen = {}
        sent = known.in_order.catch_up(missed, known.rooms)
        socket.connection.catch_up(len(sent))
        for event, payload in sent:
            socket.emit(event, payload)

    def receive(self, socket: Socket, data: list[Any], answer: Callable[..., None] | None) -> None:
        """Clients only listen. An event named like one of ours is an event like any other."""
        del socket, data, answer
        # Without its id, which whoever has it can poll with.
        log.debug("socket_event_refused")

    def disconnected(self, socket: Socket, reason: str) -> None:
        known = self.open.pop(socket, None)
        if known is not None:
            self.rooms.leave_all(socket)
            self.counts.remove_account(known.actor.account)
        log.debug("socket_closed", reason=reason)

    async def _rooms_of(self, actor: Actor) -> frozenset[str]:
        """The rooms that the sockets of someone belong in now. Raises SocketRefused if a module wants none of theirs."""
        for rule in self._rules:
            if rule.refuse is not None and (code := await rule.refuse(self._runtime, actor)):
                raise SocketRefused(code)
        rooms = {f"account:{actor.account}", *(f"organisation:{membership.organisation}" for membership in actor.memberships)}
        for rule in self._rules:
            rooms |= set(await rule.join(self._runtime, actor)) if rule.join is not None else set()
        return frozenset(rooms)

    def _change_rooms(self, socket: Socket, known: SignedIn, actor: Actor, rooms: frozenset[str]) -> None:
        """Be in these rooms and no others, unless the socket has closed since."""
        for room in known.rooms - rooms if self.open.get(socket) is known else ():
            kind, _, organisation = room.partition(":")
            if kind == "organisation":
                socket.emit(LEFT, {"organisation": organisation})
            self.rooms.leave(socket, room)
        # Telling it may have cut it, as one that reads too slowly: it is in no room any more.
        if self.open.get(socket) is not known:
            return
        for room in rooms - known.rooms:
            self.rooms.enter(socket, room)
        known.actor, known.rooms = actor, rooms

    def _is_closed_to(self, actor: Actor) -> bool:
        # Messages to a room are not limited by scopes, so an API key receives none here.
        return actor.is_key or actor.needs_second_factor(self._runtime.settings.second_factor_for)
