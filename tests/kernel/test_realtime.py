"""N1 and A4 over real sockets: rooms, who receives which events, and that an ended session closes its socket."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import socketio
from tests.running import Running, running

pytestmark = pytest.mark.slow


class Listener:
    """A Socket.IO client that stores the events it receives."""

    def __init__(self) -> None:
        self.client = socketio.AsyncClient(reconnection=False)
        self.received: list[tuple[str, Any]] = []
        self.gone = asyncio.Event()
        self._changed = asyncio.Condition()
        for event in ("feed", "session_ended", "reload"):
            self.client.on(event, functools.partial(self._note, event))
        self.client.on("disconnect", lambda *_: self.gone.set())

    async def _note(self, event: str, data: Any) -> None:
        async with self._changed:
            self.received.append((event, data))
            self._changed.notify_all()

    async def connect(self, url: str, token: str) -> None:
        await self.client.connect(url, auth={"token": token}, transports=["websocket"], wait_timeout=30)

    async def receive(self, event: str, about: Callable[[Any], bool] = lambda _: True, seconds: float = 10) -> Any:
        """The first message of this kind about the given subject, received already or awaited."""

        def found() -> list[Any]:
            return [data for name, data in self.received if name == event and about(data)]

        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(found)
        return found()[0]


@pytest.mark.parametrize("processes", ["1", "3"], ids=["one process", "three processes"])
def test_sockets_receive_the_events_of_their_rooms_and_close_with_the_session(tmp_path: Path, processes: str) -> None:
    with running(tmp_path / "data", "--demo", PHOENIX_REALTIME_PROCESSES=processes, PHOENIX_WORKERS="2") as phoenix:
        asyncio.run(_listen(phoenix))


async def _listen(phoenix: Running) -> None:
    place = phoenix.ready["socket"].removesuffix("/socket.io/")
    async with httpx.AsyncClient(base_url=f"{phoenix.url}/api/v2", timeout=20) as client:
        people = []
        for demo in phoenix.ready["demo_accounts"][:2]:
            found = (await client.post("/sessions", json={"email": demo["email"], "password": demo["password"]})).json()
            people.append({"Authorization": f"Bearer {found['access_token']}"})
        organisation = (await client.get("/organisations", headers=people[0])).json()["items"][0]["id"]
        elsewhere = (await client.post("/organisations", headers=people[0], json={"name": "Elsewhere"})).json()["id"]

        stranger = Listener()
        with pytest.raises(socketio.exceptions.ConnectionError):
            await stranger.connect(place, "pho_nobody_knows_this_token_at_all")

        listeners = [Listener(), Listener()]
        for listener, headers in zip(listeners, people, strict=True):
            await listener.connect(place, headers["Authorization"].removeprefix("Bearer "))
        await client.post("/entries", headers=people[0], json={"organisation": elsewhere, "title": "Not for the other"})
        made = (await client.post("/entries", headers=people[0], json={"organisation": organisation, "title": "For both"})).json()
        for listener in listeners:
            await listener.receive("feed", lambda data: data.get("subject") == made["id"])
        assert not any(data.get("organisation") == elsewhere for _, data in listeners[1].received), "an event of another room"

        await client.delete("/sessions/current", headers=people[1])
        assert (await listeners[1].receive("session_ended"))["reason"]
        await asyncio.wait_for(listeners[1].gone.wait(), 60)
        assert listeners[0].client.connected
        await listeners[0].client.disconnect()
