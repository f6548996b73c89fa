"""Packets of Engine.IO 4 and the payloads of its long polling.

Standard: https://github.com/socketio/socket.io/blob/main/docs/engine.io-protocol/v4-current.md
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

import msgspec

VERSION = "4"
OPEN, CLOSE, PING, PONG, MESSAGE, UPGRADE, NOOP = "0", "1", "2", "3", "4", "5", "6"
KINDS = frozenset({OPEN, CLOSE, PING, PONG, MESSAGE, UPGRADE, NOOP})
PROBE = "probe"
# Between the packets of one payload (record separator).
SEPARATOR = "\x1e"
BINARY = "b"

Data: TypeAlias = str | bytes


class ProtocolError(ValueError):
    """What a client sent is not of this protocol: its connection is closed. The message never repeats what it sent."""


class Packet(NamedTuple):
    """`data` is text, or bytes in a message whose packet was binary."""

    kind: str
    data: Data = ""


class Opening(msgspec.Struct, frozen=True, rename="camel"):
    """What a server sends first. Both times are in milliseconds, the payload in bytes."""

    sid: str
    upgrades: tuple[str, ...]
    ping_interval: int
    ping_timeout: int
    max_payload: int


def opening(offered: Opening) -> str:
    """The first packet of a connection, as text."""
    return OPEN + msgspec.json.encode(offered).decode()


def read_text(text: str) -> Packet:
    """The packet in a text frame. Raises ProtocolError."""
    if not text or text[0] not in KINDS:
        raise ProtocolError("a packet of no known kind")
    return Packet(text[0], text[1:])


def read_payload(body: str, most: int) -> list[Packet]:
    """The packets in the body of a poll, in order. Raises ProtocolError, also where there are more than `most`."""
    # Counted before they are made.
    if body.count(SEPARATOR) >= most:
        raise ProtocolError("too many packets in a payload")
    return [Packet(MESSAGE, _binary(part[1:])) if part.startswith(BINARY) else read_text(part) for part in body.split(SEPARATOR)]


def write_payload(packets: Iterable[Data]) -> str:
    """The body of a poll: packets as text, and the data of binary messages as bytes."""
    return SEPARATOR.join(packet if isinstance(packet, str) else BINARY + base64.b64encode(packet).decode() for packet in packets)


def _binary(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ProtocolError("a binary packet that is not base64") from None
