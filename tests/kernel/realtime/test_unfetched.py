"""What waits to be polled is fetched by whoever has the sid, so it ends with the session: its client learns only that it has ended."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from tests.harness import Harness
from tests.sockets import live
from tests.waiting import until

from phoenix.kernel.realtime import sockets as realtime

POLL = "/socket.io/?EIO=4&transport=polling"


def test_what_waited_is_not_handed_out_after_its_session_ended(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realtime, "CHECK_SECONDS", 0.01)

    async def run() -> None:
        async with harness, live(harness) as here, httpx.AsyncClient(base_url=here.url, trust_env=False) as client:
            ember = await harness.organisation("ember", ada="owner", bo="member")
            sid = json.loads((await client.get(POLL)).text[1:])["sid"]
            asked = f"{POLL}&sid={sid}"
            assert (await client.post(asked, content="40" + json.dumps({"token": harness.people["bo"].token}))).text == "ok"
            got = ""
            while '"unread"' not in got:
                got += (await client.get(asked)).text
            polls = here.sockets.server.polls_of(sid)
            assert polls is not None
            data = {"organisation": ember, "title": "The secret of the pump"}
            assert (await harness.post("/api/v2/entries", by="ada", json=data)).status_code == 201
            await until(lambda: any("secret of the pump" in str(packet) for message in polls._unsent for packet in message.packets))
            assert (await harness.delete("/api/v2/sessions/current", by="bo")).status_code == 204
            await until(lambda: not here.sockets.open)
            left = await client.get(asked)
            assert left.text.split("\x1e") == ['42["session_ended",{"reason":"logged_out"}]', "41", "1"]
            assert (await client.get(asked)).status_code == 400

    asyncio.run(run())
