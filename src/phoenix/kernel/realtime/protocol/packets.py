"""Packets of Socket.IO 5, each sent in a message of Engine.IO.

Standard: https://github.com/socketio/socket.io/blob/main/docs/socket.io-protocol/v5-current.md
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import msgspec

from phoenix.kernel.realtime.protocol.engine import Data, ProtocolError

MAIN = "/"
# Names of the clients' own events, which no client may send.
RESERVED = frozenset({"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"})
MOST_ATTACHMENTS = 10
LONGEST_NAMESPACE = 100
# JavaScript counts up to 2**53.
LONGEST_ID = 15
# As deep as data can be nested, below what any reader of it refuses.
DEEPEST = 50


class Kind(IntEnum):
    """The first digit of a packet."""

    CONNECT = 0
    DISCONNECT = 1
    EVENT = 2
    ACK = 3
    CONNECT_ERROR = 4
    BINARY_EVENT = 5
    BINARY_ACK = 6


KINDS = {str(kind.value): kind for kind in Kind}
BINARY_KINDS = frozenset({Kind.BINARY_EVENT, Kind.BINARY_ACK})
PLAIN = {Kind.BINARY_EVENT: Kind.EVENT, Kind.BINARY_ACK: Kind.ACK}
BINARY_OF = {plain: binary for binary, plain in PLAIN.items()}


class Packet(msgspec.Struct, frozen=True):
    """`data` is what JSON can hold, and bytes. `kind` is never a binary one: that is only a matter of writing."""

    kind: Kind
    namespace: str = MAIN
    data: Any = None
    id: int | None = None


def write(packet: Packet) -> list[Data]:
    """The messages of Engine.IO that carry this packet: a text, then one of bytes for each attachment."""
    attachments: list[Data] = []
    data = packet.data if packet.kind not in BINARY_OF else _without_bytes(packet.data, attachments)
    kind = BINARY_OF[packet.kind] if attachments else packet.kind
    head = f"{kind:d}{len(attachments)}-" if attachments else f"{kind:d}"
    namespace = "" if packet.namespace == MAIN else f"{packet.namespace},"
    number = "" if packet.id is None else str(packet.id)
    body = "" if data is None else msgspec.json.encode(data).decode()
    return [f"{head}{namespace}{number}{body}", *attachments]


class Reader:
    """Reads the packets of one connection, whose attachments arrive after them. Holds at most one that is not complete."""

    __slots__ = ("_attachments", "_missing", "_waiting")

    def __init__(self) -> None:
        self._waiting: Packet | None = None
        self._attachments: list[bytes] = []
        self._missing = 0

    def read(self, message: Data) -> Packet | None:
        """The packet that this message completes; None while attachments are missing. Raises ProtocolError."""
        if isinstance(message, bytes):
            return self._attach(message)
        if self._waiting is not None:
            raise ProtocolError("a packet where an attachment was due")
        packet, missing = _read_text(message)
        if not missing:
            return packet
        self._waiting, self._missing = packet, missing
        return None

    def _attach(self, data: bytes) -> Packet | None:
        waiting = self._waiting
        if waiting is None:
            raise ProtocolError("an attachment of no packet")
        self._attachments.append(data)
        if len(self._attachments) < self._missing:
            return None
        attachments, self._waiting, self._attachments = self._attachments, None, []
        return Packet(waiting.kind, waiting.namespace, _with_bytes(waiting.data, attachments), waiting.id)


def _read_text(text: str) -> tuple[Packet, int]:
    """A packet as it is in its text, and how many attachments it has."""
    kind = KINDS.get(text[:1])
    if kind is None:
        raise ProtocolError("a packet of no known kind")
    rest, attachments = text[1:], 0
    if kind in BINARY_KINDS:
        count, dash, rest = rest.partition("-")
        if not dash or not _is_number(count, 2) or int(count) > MOST_ATTACHMENTS:
            raise ProtocolError("a wrong number of attachments")
        attachments = int(count)
    namespace = MAIN
    if rest.startswith("/"):
        namespace, _comma, rest = rest.partition(",")
        if len(namespace) > LONGEST_NAMESPACE:
            raise ProtocolError("a namespace that is too long")
    number = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    if number and not _is_number(number, LONGEST_ID):
        raise ProtocolError("a number of an event that is too long")
    body = rest[len(number) :]
    data = _json(body) if body else None
    plain = PLAIN.get(kind, kind)
    if not _is_allowed(plain, data):
        raise ProtocolError("data that this kind of packet cannot have")
    return Packet(plain, namespace, data, int(number) if number else None), attachments


def _is_number(text: str, longest: int) -> bool:
    return 0 < len(text) <= longest and text.isascii() and text.isdigit()


def _json(text: str) -> Any:
    try:
        data = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise ProtocolError("data that is not JSON") from None
    if _is_deeper(data, DEEPEST):
        raise ProtocolError("data that is nested too deeply")
    return data


def _is_deeper(data: Any, levels: int) -> bool:
    layer = [data]
    for _level in range(levels):
        layer = [inner for one in layer if isinstance(one, list | dict) for inner in (one if isinstance(one, list) else one.values())]
        if not layer:
            return False
    return True


def _is_allowed(kind: Kind, data: Any) -> bool:
    match kind:
        case Kind.CONNECT:
            return data is None or isinstance(data, dict)
        case Kind.DISCONNECT:
            return data is None
        case Kind.CONNECT_ERROR:
            return isinstance(data, str | dict)
        case Kind.ACK:
            return isinstance(data, list)
        case _:
            return isinstance(data, list) and bool(data) and _names_event(data[0])


def _names_event(name: Any) -> bool:
    if isinstance(name, bool):
        return False
    return isinstance(name, int) or (isinstance(name, str) and name not in RESERVED)


def _without_bytes(data: Any, attachments: list[Data]) -> Any:
    """The data with a placeholder for each part that is bytes, which is added to the attachments."""
    if isinstance(data, bytes | bytearray | memoryview):
        attachments.append(bytes(data))
        return {"_placeholder": True, "num": len(attachments) - 1}
    if isinstance(data, dict):
        return {key: _without_bytes(value, attachments) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_without_bytes(value, attachments) for value in data]
    return data


def _with_bytes(data: Any, attachments: Sequence[bytes]) -> Any:
    if isinstance(data, dict):
        if data.get("_placeholder") is True:
            number = data.get("num")
            if type(number) is not int or not 0 <= number < len(attachments):
                raise ProtocolError("a placeholder of no attachment")
            return attachments[number]
        return {key: _with_bytes(value, attachments) for key, value in data.items()}
    if isinstance(data, list):
        return [_with_bytes(value, attachments) for value in data]
    return data
