"""A connection of Engine.IO: begun by long polling or a websocket, upgraded at most once, alive as long as it answers pings.

It does no input or output of its own: a `Pipe` carries what it sends, and calls it with what arrives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from phoenix.kernel.realtime.message import Message
from phoenix.kernel.realtime.protocol.engine import CLOSE, MESSAGE, PING, PONG, PROBE, UPGRADE, Data, Packet, ProtocolError
from phoenix.kernel.realtime.wheel import Wheel

PINGING = Message(PING)
PROBED = Message(PONG + PROBE)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection can take. Times are in seconds, sizes in bytes."""

    ping_interval: float = 25.0
    ping_timeout: float = 20.0
    most_payload: int = 16_384
    most_packets: int = 64
    """In the body of one request."""
    most_unsent: int = 200
    """Messages that wait for a client that reads slowly."""
    most_unsent_bytes: int = 1_048_576
    rate: float = 20.0
    """Packets a second that a client may send for long."""
    burst: float = 100.0


@dataclass(frozen=True, slots=True)
class Opened:
    """The request that opened a connection: from which client address, with which cookies and of which origin."""

    address: str
    headers: tuple[tuple[bytes, bytes], ...] = ()
    target: str = ""


class Pipe(Protocol):
    """A websocket, or the polls of a client."""

    def send(self, message: Message) -> tuple[int, int]:
        """Send it. Returns how many messages and bytes wait to be sent."""
        ...

    def forget(self) -> None:
        """Send nothing of what still waits, as far as it can be taken back."""
        ...

    def end(self, reason: str, *, at_once: bool) -> None:
        """Send nothing more and close; `at_once` without waiting for a client that might never read."""
        ...


class Polled(Pipe, Protocol):
    """The polls of a client, which a websocket can take the place of."""

    def hurry(self) -> None:
        """Answer every poll at once from now on, so that the client can change over."""
        ...

    def calm(self) -> None:
        """Let polls wait again: the client stays with them."""
        ...

    def hand_over(self) -> list[Message]:
        """End, and return what was not fetched."""
        ...


class Owner(Protocol):
    """What a connection belongs to."""

    limits: Limits
    wheel: Wheel[Connection]
    now: Callable[[], float]

    def received(self, connection: Connection, data: Data) -> None: ...

    def ended(self, connection: Connection, reason: str) -> None: ...


class Connection:
    """`reason` says why it ended, and is empty while it is open. `opened` is forgotten once nobody needs it."""

    __slots__ = (
        "_allowance",
        "_awaits_pong",
        "_counted_at",
        "ahead",
        "due",
        "missed",
        "opened",
        "owner",
        "pipe",
        "place",
        "polls",
        "probing",
        "reason",
        "sid",
        "user",
    )

    def __init__(self, sid: str, owner: Owner, pipe: Pipe, opened: Opened, *, polls: Polled | None = None) -> None:
        self.sid = sid
        self.owner = owner
        self.pipe = pipe
        self.polls = polls
        """What `pipe` is until it is upgraded."""
        self.opened: Opened | None = opened
        self.probing: Pipe | None = None
        self.user: object = None
        """What the owner keeps with it."""
        self.reason = ""
        self.due = self.place = self.ahead = self.missed = 0
        self._awaits_pong = False
        self._allowance = owner.limits.burst
        self._counted_at = owner.now()
        owner.wheel.look_in(self, owner.limits.ping_interval)

    @property
    def is_open(self) -> bool:
        return not self.reason

    def send(self, message: Message) -> None:
        """Send to this client. One that does not keep up is cut: it reads too slowly, or not at all."""
        if self.reason:
            return
        messages, size = self.pipe.send(message)
        if self.missed:
            self.missed -= 1
        elif messages <= self.owner.limits.most_unsent:
            self.ahead = 0
        if messages > self.owner.limits.most_unsent + self.ahead or size > self.owner.limits.most_unsent_bytes:
            self.end("slow_reader", at_once=True)

    def forget_unsent(self) -> None:
        """Send nothing of what still waits for this client."""
        self.pipe.forget()

    def catch_up(self, messages: int) -> None:
        """So many more may wait, until those are fetched: what a client missed is sent at once, however slowly it reads."""
        self.ahead = self.missed = messages

    def look(self) -> None:
        """Called by the wheel: ping, or end a connection that did not answer the last ping."""
        limits = self.owner.limits
        if self._awaits_pong:
            self.end("ping_timeout", at_once=True)
            return
        self._awaits_pong = True
        self.owner.wheel.look_in(self, limits.ping_timeout)
        self.send(PINGING)

    def receive(self, pipe: Pipe, packet: Packet) -> None:
        """A packet from the client. Anything it must not send ends the connection."""
        if not self.may_send():
            return
        if pipe is not self.pipe:
            self._probe(pipe, packet)
        elif packet.kind == MESSAGE:
            self.owner.received(self, packet.data)
        elif packet.kind == PONG:
            self._awaits_pong = False
            self.owner.wheel.look_in(self, self.owner.limits.ping_interval)
        elif packet.kind == CLOSE:
            self.end("client_closed")
        else:
            self.end("protocol_error", at_once=True)

    def lost(self, pipe: Pipe, reason: str) -> None:
        """The pipe is gone: with it the connection, unless it was only being tried."""
        if pipe is self.pipe:
            self.end(reason, at_once=True)
        elif pipe is self.probing:
            self._stay()

    def try_upgrade(self, pipe: Pipe) -> None:
        """Note that the client tries a websocket. Raises ProtocolError where it is one already, or another is being tried."""
        if self.reason or self.polls is None or self.probing is not None:
            raise ProtocolError("an upgrade that cannot be")
        self.probing = pipe

    def end(self, reason: str, *, at_once: bool = False) -> None:
        if self.reason:
            return
        self.reason = reason
        self.owner.wheel.forget(self)
        for pipe in (self.pipe, self.probing):
            if pipe is not None:
                pipe.end(reason, at_once=at_once)
        self.probing = None
        self.opened = None
        self.owner.ended(self, reason)

    def _probe(self, pipe: Pipe, packet: Packet) -> None:
        if pipe is not self.probing:
            pipe.end("protocol_error", at_once=True)
        elif packet == Packet(PING, PROBE) and self.polls is not None:
            pipe.send(PROBED)
            self.polls.hurry()
        elif packet.kind == UPGRADE and self.polls is not None:
            unsent = self.polls.hand_over()
            self.pipe, self.polls, self.probing = pipe, None, None
            # They were let in once, which may have been as what it missed.
            self.catch_up(len(unsent))
            for message in unsent:
                self.send(message)
        else:
            self._stay()
            pipe.end("protocol_error", at_once=True)

    def _stay(self) -> None:
        """Stay with the polls: the websocket that was tried is of no use."""
        self.probing = None
        if self.polls is not None:
            self.polls.calm()

    def may_send(self) -> bool:
        """Whether it is open and keeps to the rate; one that does not is cut. Called once for each packet or frame that arrives."""
        if self.reason:
            return False
        limits, now = self.owner.limits, self.owner.now()
        self._allowance = min(limits.burst, self._allowance + (now - self._counted_at) * limits.rate) - 1
        self._counted_at = now
        if self._allowance < 0:
            self.end("too_many_messages", at_once=True)
            return False
        return True
