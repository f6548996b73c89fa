"""Sending to rooms: at once to everyone of whose session nothing has changed, and to the others once they have been checked.

Every change that was committed before an event was read has touched its generation. So whether a session is still what it was is seen
in this process's memory, without a query, and without waiting for anyone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

import structlog

from phoenix.kernel.background import EXPECTED, once
from phoenix.kernel.module import Newest, Numbered
from phoenix.kernel.realtime.gathering import RoomMessage
from phoenix.kernel.realtime.message import Message, event_message
from phoenix.kernel.realtime.namespace import Socket
from phoenix.kernel.realtime.rooms import Rooms
from phoenix.kernel.realtime.signed_in import Asked, SignedIn
from phoenix.kernel.realtime.turns import Turns
from phoenix.kernel.runtime import Runtime
from phoenix.kernel.web.session_reader import SessionReader

log = structlog.get_logger(__name__)

# Sessions that are checked at once, and those of one organisation among them.
MOST_CHECKS, MOST_OF_ONE = 16, 4
# More that comes while a socket is checked, or is sent what it missed, means that it takes far too long.
MOST_WAITING = 1000

Check = Callable[[Socket, Asked], Awaitable[None]]


class Delivery:
    """Sends to the rooms of one process. `check` looks at a socket's session, and puts the socket where it belongs now."""

    def __init__(self, runtime: Runtime, sessions: SessionReader, open_: dict[Socket, SignedIn], check: Check) -> None:
        self.rooms: Rooms[Socket] = Rooms()
        self.sent = 0
        """Messages that were sent to rooms, counted for each receiver."""
        self.unchecked = 0
        """Checks that failed while nothing was to be sent. They are made again."""
        self._runtime = runtime
        self._session_reader = sessions
        self._open = open_
        self._check = check
        self._turns = Turns(MOST_CHECKS, MOST_OF_ONE)
        self._running: set[asyncio.Task[None]] = set()

    async def send(self, messages: Sequence[RoomMessage]) -> None:
        """Send to the rooms. What is sent may be about the end of a membership, so it waits for whoever has to be checked first."""
        await self.look({socket for room in {room for room, _, _ in messages} for socket in self.rooms.inside(room)})
        for message in messages:
            text = _text(message)
            for socket in list(self.rooms.inside(message[0])):
                known = self._open[socket]
                if known.behind is None:
                    self._give(socket, known, message, text)
                elif len(known.behind) < MOST_WAITING:
                    known.behind.append(message)
                else:
                    socket.connection.end("slow_reader")

    async def look(self, sockets: Iterable[Socket]) -> None:
        """Begin to check those of whose session something may have changed. What is sent to them waits until that is done."""
        open_ = self._open
        here = [(socket, known) for socket in sockets if (known := open_.get(socket)) is not None and known.behind is None]
        changed: dict[str, list[Socket]] = {}
        for socket, known in await self._changed(here):
            if known.behind is None:
                known.behind = []
                changed.setdefault(known.token, []).append(socket)
        for of_one in changed.values():
            task = once("check of a session", self._look_again(of_one))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _changed(self, here: Sequence[tuple[Socket, SignedIn]]) -> list[tuple[Socket, SignedIn]]:
        """Those of whose session something may have changed."""
        now, cache, is_live = self._runtime.clock.now(), self._runtime.cache, self._session_reader.is_live
        if cache.is_in_memory:
            is_current = cache.is_current
            return [one for one in here if (entry := one[1].held) is None or not is_current(entry) or not is_live(one[1].actor, now)]
        # Several sockets of a session hold the same.
        held = {id(entry): entry for _, known in here if (entry := known.held) is not None and is_live(known.actor, now)}
        unchanged = {id(entry) for entry in await cache.current_of(list(held.values()))}
        return [one for one in here if id(one[1].held) not in unchanged]

    async def _look_again(self, sockets: Sequence[Socket]) -> None:
        known = self._open.get(sockets[0])
        if known is None:
            return
        organisations = [membership.organisation for membership in known.actor.memberships]
        async with self._turns.of(organisations[0] if organisations else known.actor.account):
            asked: Asked = {}
            for socket in sockets:
                await self._catch_up(socket, asked)

    async def _catch_up(self, socket: Socket, asked: Asked) -> None:
        """Check a socket, then send it what waited. What came during a check waits for the next: it may be about a change since."""
        known = self._open.get(socket)
        while known is not None and self._open.get(socket) is known and known.behind is not None:
            waiting, known.behind = known.behind, []
            try:
                await self._check(socket, asked)
            except EXPECTED:
                if waiting or known.behind:  # it is sent nothing; its client reconnects and catches up
                    socket.connection.end("not_checked")
                else:  # it is checked again soon, and is sent nothing before
                    self.unchecked += 1
                    known.behind = None
                return
            except Exception:  # one socket must not keep the others from being checked
                log.exception("socket_cut")
                socket.connection.end("not_checked")
                return
            for message in waiting:
                if socket in self.rooms.inside(message[0]):
                    self._give(socket, known, message, _text(message))
            if not known.behind:
                known.behind = None

    def _give(self, socket: Socket, known: SignedIn, message: RoomMessage, text: Message) -> None:
        room, event, payload = message
        if isinstance(payload, Numbered) and payload.within and socket not in self.rooms.inside(payload.within):
            return
        if not isinstance(payload, Numbered) or known.in_order.takes(room, event, payload):
            self.sent += 1
            socket.send(text)
        elif known.in_order.waiting > MOST_WAITING:
            socket.connection.end("slow_reader")


def _text(message: RoomMessage) -> Message:
    _, event, payload = message
    return event_message(event, payload.payload if isinstance(payload, Numbered | Newest) else payload)
