"""A message as it is sent: encoded once, however many receive it."""

from __future__ import annotations

from typing import Any

from picows import WSMsgType

from phoenix.kernel.realtime.protocol.engine import MESSAGE, Data
from phoenix.kernel.realtime.protocol.packets import MAIN, Kind, Packet, write

# picows writes the header of a frame in front of the payload, and asks for this much space.
HEADER = 14


class Message:
    """Packets of Engine.IO: `packets` for polls, and `frames` with the same content for websockets, each with space for its header."""

    __slots__ = ("frames", "packets", "size")

    def __init__(self, *packets: Data) -> None:
        self.packets = packets
        self.frames = tuple(_frame(packet) for packet in packets)
        self.size = sum(len(frame) - HEADER for _kind, frame in self.frames)


def message_of(packet: Packet) -> Message:
    """The message that carries a packet of Socket.IO."""
    return Message(*(MESSAGE + part if isinstance(part, str) else part for part in write(packet)))


def event_message(event: str, *data: Any, namespace: str = MAIN) -> Message:
    """An event with what it carries: anything that JSON can hold, and bytes."""
    return message_of(Packet(Kind.EVENT, namespace, [event, *data]))


def _frame(packet: Data) -> tuple[WSMsgType, bytearray]:
    if isinstance(packet, str):
        return WSMsgType.TEXT, bytearray(HEADER) + packet.encode()
    return WSMsgType.BINARY, bytearray(HEADER) + packet
