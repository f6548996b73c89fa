"""A small module with decisions about sockets, a check and a metric, and a real socket to it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import socketio

from phoenix.kernel.actor import Actor
from phoenix.kernel.data.events import Event
from phoenix.kernel.runtime import Runtime


class Rung(Event, frozen=True, kind="bell.rung"):
    """The bell was rung."""


@dataclass(slots=True)
class Rules:
    """The module's decisions about sockets, which a test can set, and the accounts it was asked about."""

    refused: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, int | None]] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    locked: set[str] = field(default_factory=set)
    fails: bool = False
    problem: str = ""
    broken: bool = False
    figure: float = 0

    async def join(self, runtime: Runtime, actor: Actor) -> Sequence[str]:
        del runtime
        if self.fails:
            raise ValueError("on purpose")
        self.joined.append(actor.record.name)
        rooms = [f"reader:{actor.record.name}", "everyone", *(f"tower:{membership.slug}" for membership in actor.memberships)]
        return [room for room in rooms if room not in self.locked]

    async def replay(self, runtime: Runtime, actor: Actor, seen: Mapping[str, Any]) -> Sequence[tuple[str, str, Any]]:
        del runtime
        number = seen.get("last_number")
        self.asked.append((actor.record.name, number))
        return [("", "missed", {"after": number}), ("", "missed", {"last": True})]

    async def refuse(self, runtime: Runtime, actor: Actor) -> str:
        del runtime
        return self.refused.get(actor.record.name, "")

    async def probe(self, runtime: Runtime) -> str:
        del runtime
        if self.broken:
            raise OSError("on purpose")
        return self.problem

    async def read(self, runtime: Runtime) -> float:
        del runtime
        return self.figure


async def always_wrong(runtime: Runtime) -> str:
    del runtime
    return "The rope is gone."


class RefusedError(Exception):
    """The server refused a socket; the message is its reason."""


EVENTS = (
    "changed", "disconnect", "feed", "missed", "notification", "organisation_left", "presence", "reload", "rung", "socket_refused", "unread",
)  # fmt: skip


@contextlib.asynccontextmanager
async def connected(
    url: str, token: str, *, transports: Sequence[str] = ("websocket",), **auth: Any
) -> AsyncIterator[list[tuple[str, Any]]]:
    """An open socket, and the events that it has received so far."""
    client, told = socketio.AsyncClient(reconnection=False), list[tuple[str, Any]]()
    for event in EVENTS:
        client.on(event, lambda *data, event=event: told.append((event, *data)))
    reasons: list[str] = []
    client.on("connect_error", lambda data: reasons.append(data["message"]))
    try:
        await client.connect(url, auth={"token": token, **auth}, transports=list(transports), wait_timeout=30)
    except socketio.exceptions.ConnectionError as error:
        raise RefusedError(*reasons) from error
    try:
        yield told
    finally:
        await client.disconnect()
