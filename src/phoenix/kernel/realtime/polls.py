"""Long polling: what waits for a client until it asks, and the request that waits until there is something."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import TypeAlias

from phoenix.kernel.realtime.connection import Connection
from phoenix.kernel.realtime.message import Message
from phoenix.kernel.realtime.protocol.engine import CLOSE, NOOP, ProtocolError, read_payload, write_payload

# Answers one request with a status and a body.
Answer: TypeAlias = Callable[[int, str], None]
CLOSED, NOTHING = Message(CLOSE), Message(NOOP)


class Polls:
    """The polls of one connection. At most one waits at a time."""

    def __init__(self) -> None:
        self.connection: Connection | None = None
        self._unsent: list[Message] = []
        self._size = 0
        self._waiting: Answer | None = None
        self._hurries = False

    @property
    def has_unsent(self) -> bool:
        return bool(self._unsent)

    def send(self, message: Message) -> tuple[int, int]:
        self._unsent.append(message)
        self._size += message.size
        self._flush()
        return len(self._unsent), self._size

    def fetch(self, answer: Answer) -> None:
        """Answer a poll: now if there is anything, otherwise later. Raises ProtocolError if it cannot be answered."""
        connection = self.connection
        if self._waiting is not None and connection is not None:
            connection.end("protocol_error", at_once=True)
            raise ProtocolError("two polls at once")
        if connection is None or (not connection.is_open and not self._unsent) or connection.polls is not self:
            raise ProtocolError("no such connection")
        self._waiting = answer
        if self._hurries and not self._unsent:
            self._unsent.append(NOTHING)
        self._flush()

    def receive(self, body: str) -> None:
        """What the client sends. Raises ProtocolError, which ends the connection."""
        connection = self.connection
        if connection is None or not connection.is_open or connection.polls is not self:
            raise ProtocolError("no such connection")
        try:
            for packet in read_payload(body, connection.owner.limits.most_packets):
                connection.receive(self, packet)
        except ProtocolError:
            connection.end("protocol_error", at_once=True)
            raise

    def leave(self, answer: Answer) -> None:
        """The client went away while its poll waited."""
        if self._waiting == answer and self.connection is not None:
            self._waiting = None
            self.connection.lost(self, "client_gone")

    def hurry(self) -> None:
        self._hurries = True
        if self._waiting is not None:
            self.send(NOTHING)

    def calm(self) -> None:
        self._hurries = False

    def hand_over(self) -> list[Message]:
        unsent, self._unsent = self._unsent, []
        if self._waiting is not None:
            self.send(NOTHING)
        return unsent

    def forget(self) -> None:
        self._unsent, self._size = [], 0

    def end(self, reason: str, *, at_once: bool) -> None:
        if at_once and self._waiting is None:
            self._unsent.clear()
            return
        # Whoever said that it closes does not need to hear it.
        self.send(NOTHING if reason == "client_closed" else CLOSED)

    def _flush(self) -> None:
        if self._waiting is not None and self._unsent:
            answer, self._waiting = self._waiting, None
            unsent, self._unsent, self._size = self._unsent, [], 0
            answer(200, write_payload(chain.from_iterable(message.packets for message in unsent)))
