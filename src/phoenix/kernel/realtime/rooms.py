"""Rooms: who is sent what. A room exists while someone is in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Generic, Protocol, TypeVar

from phoenix.kernel.realtime.message import Message


class Receiver(Protocol):
    """Who can be in rooms."""

    def send(self, message: Message) -> None: ...


T = TypeVar("T", bound=Receiver)


class Rooms(Generic[T]):
    """Receivers by the names of rooms, and the names by receiver."""

    def __init__(self) -> None:
        self._inside: dict[str, dict[T, None]] = {}
        self._names: dict[T, set[str]] = {}

    def __len__(self) -> int:
        return len(self._inside)

    def __iter__(self) -> Iterator[T]:
        """Everyone who is in a room."""
        return iter(list(self._names))

    def enter(self, receiver: T, room: str) -> None:
        self._inside.setdefault(room, {})[receiver] = None
        self._names.setdefault(receiver, set()).add(room)

    def leave(self, receiver: T, room: str) -> None:
        names = self._names.get(receiver, set())
        names.discard(room)
        if not names:
            self._names.pop(receiver, None)
        inside = self._inside.get(room, {})
        inside.pop(receiver, None)
        if not inside:
            self._inside.pop(room, None)

    def leave_all(self, receiver: T) -> None:
        for room in self.names(receiver):
            self.leave(receiver, room)

    def names(self, receiver: T) -> frozenset[str]:
        """The rooms that it is in."""
        return frozenset(self._names.get(receiver, ()))

    def inside(self, room: str) -> Collection[T]:
        """Everyone in a room. Not a copy: it changes as they come and go."""
        return self._inside.get(room, {}).keys()

    def send(self, room: str, message: Message) -> None:
        """Send to everyone in a room. One that reads too slowly is cut, and leaves while this goes on."""
        for receiver in list(self._inside.get(room, ())):
            receiver.send(message)
