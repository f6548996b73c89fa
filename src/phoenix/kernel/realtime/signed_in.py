"""Who is signed in on a socket, and how modules refuse one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from phoenix.kernel.actor import Actor
from phoenix.kernel.cache.cache import CachedValue
from phoenix.kernel.realtime.gathering import RoomMessage
from phoenix.kernel.realtime.in_order import InOrder

# The rooms of actors that were asked for just now, by the identity of each.
Asked: TypeAlias = dict[int, tuple[Actor, frozenset[str]]]


class SocketRefused(Exception):
    """A module refuses a socket. `code` says why, for machines."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True, eq=False)
class SignedIn:
    """Who is signed in on a socket. `expires` is when their access token expires, or None after `token_expired` was sent.

    It is checked by one task at a time: a check that began earlier must not put back what a later one has ended.
    """

    token: str
    actor: Actor
    held: CachedValue | None
    """What says whether the actor is still what they were; None if that has to be asked each time."""
    expires: datetime | None
    rooms: frozenset[str]
    seen: Mapping[str, Any]
    """What the client said that it has seen; empty once it has been sent the rest."""
    behind: list[RoomMessage] | None = None
    """What is sent once the session has been checked; None while nothing has to be checked."""
    in_order: InOrder = field(default_factory=InOrder)
    checking: asyncio.Lock = field(default_factory=asyncio.Lock)
